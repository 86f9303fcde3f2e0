# The recipes of docs/customise.md, as they are there: `rdvc run` on the fake SLURM behind the fake ssh.
# What a test has in place of a program is in `${root}/bin`, or in the cluster's ~/.bashrc.

load submission

setup() {
    start_submission_test
    through_ssh
    cluster_home="${FAKE_SLURM}/home"
    mkdir -p .rdvc/hooks "${root}/bin" "${HOME}/.config/rdvc"
    printf 'PATH=%q:$PATH\n' "${root}/bin" >"${cluster_home}/.bashrc"
    printf '/.venv\n/.conda\n' >.gitignore
}

teardown() {
    stop_submission_test
}

# recipe HEADING FILE: the block of code that follows FILE below this heading.
recipe() {
    awk -v heading="### $1" -v name="\`$2\`" '
        /^### / { here = $0 == heading; named = 0; next }
        here && index($0, name) { named = 1; next }
        here && named && /^```/ { if (inside) exit; inside = 1; next }
        inside { print; n++ }
        END { exit !n }
    ' "${RDVC_SOURCE_FOLDER}/docs/customise.md"
}

program() { # NAME: bash, on standard input, that a job finds on PATH
    { printf '#!/bin/bash\n' && cat; } >"${root}/bin/$1"
    chmod +x "${root}/bin/$1"
}

# Submits a command, and waits for its end; its log is in the file `log`.
go() {
    submit "$@"
    rdvc wait "${job}" >/dev/null 2>&1 || { rdvc logs "${job}"; rdvc status "${job}"; return 1; }
    rdvc logs "${job}" >"${root}/log" 2>/dev/null
}

log_has() {
    grep -qF -e "$1" "${root}/log" || { cat "${root}/log"; return 1; }
}

# A setup command that makes a small environment, and says what $1 is at that time.
setup_that_says() {
    cat >init_env.sh <<SETUP
#!/bin/bash
echo "setup with \$$1"
mkdir -p .venv/bin
printf '#!/bin/sh\necho "a tool, with \$$1"\n' >.venv/bin/tool
chmod +x .venv/bin/tool
printf 'export VIRTUAL_ENV="%s" PATH="%s:\$PATH"\n' "\$PWD/.venv" "\$PWD/.venv/bin" >.venv/bin/activate
SETUP
    chmod +x init_env.sh
}

@test "recipe: modules" {
    cat >>"${cluster_home}/.bashrc" <<'BASHRC'
module() { # as Lmod's, which is a function too
    [[ $1 == load ]] && shift && printf -v LOADEDMODULES ':%s' "$@" && export LOADEDMODULES="${LOADEDMODULES#:}"
}
BASHRC
    setup_that_says LOADEDMODULES
    recipe Modules .rdvc/config.toml >.rdvc/config.toml
    go -- tool
    log_has 'setup with gcc/12:cuda/12'
    log_has 'a tool, with gcc/12:cuda/12'
    go -- tool
    log_has 'reused in'
    log_has 'a tool, with gcc/12:cuda/12'
    sed -i 's|cuda/12|cuda/13|' .rdvc/config.toml
    go -- tool
    log_has 'setup with gcc/12:cuda/13'
    log_has 'modules: gcc/12:cuda/12 -> gcc/12:cuda/13'
}

# Stands in for Apptainer: the command line, the environment and the folder, but no container.
apptainer_stand_in() {
    program apptainer <<'STAND_IN'
[[ $1 == exec ]] || exit 9
shift
while [[ $1 == --* ]]; do
    case $1 in
    --nv) shift ;;
    --bind) IFS=, read -ra folders <<<"$2" && for folder in "${folders[@]}"; do [[ -d ${folder} ]] || exit 8; done && shift 2 ;;
    --pwd) cd "$2" && shift 2 ;;
    *) exit 9 ;;
    esac
done
[[ -f $1 ]] || { echo "FATAL: could not open image $1" >&2; exit 255; }
export APPTAINER_CONTAINER=$1 PATH="${APPTAINERENV_PREPEND_PATH:+${APPTAINERENV_PREPEND_PATH}:}/usr/bin:/bin"
shift
exec "$@"
STAND_IN
}

# bats test_tags=long
@test "recipe: a container around setup and commands" {
    apptainer_stand_in
    mkdir -p "${cluster_home}/images" "${cluster_home}/.rdvc/cache"
    touch "${cluster_home}/images/python-3.12.sif"
    setup_that_says APPTAINER_CONTAINER
    recipe 'A container' .rdvc/job.sh >.rdvc/job.sh
    go -- tool
    log_has 'rdvc: .rdvc/job.sh replaces run_program'
    log_has "setup with ${cluster_home}/images/python-3.12.sif"
    log_has "a tool, with ${cluster_home}/images/python-3.12.sif"
    go -- tool
    log_has 'reused in'
    log_has "a tool, with ${cluster_home}/images/python-3.12.sif"
    sed -i 's/python-3.12/python-3.13/' .rdvc/job.sh
    submit -- tool
    run rdvc wait "${job}"
    [[ ${status} -eq 7 && ${output} == *'the setup command failed with exit code 255'*"could not open image ${cluster_home}/images/python-3.13.sif"* ]]
}

# bats test_tags=long
@test "recipe: a container around dvc and its stages, with dvc only in the environment" {
    apptainer_stand_in
    mkdir -p "${cluster_home}/images"
    touch "${cluster_home}/images/python-3.12.sif"
    job_dvc=$(command -v dvc)
    export job_dvc
    make_project "${root}/experiment"
    mkdir .rdvc
    recipe 'A container' .rdvc/job.sh >.rdvc/job.sh
    sed -i 's|^echo "PATH=|echo "VIRTUAL_ENV=\\$PWD/.venv PATH=|; s|\\$PWD/.venv PATH|$PWD/.venv PATH|' init_env.sh
    printf 'echo "in ${APPTAINER_CONTAINER##*/}" >model.txt\n' >>train.sh
    rdvc run --quiet -n boxed
    rdvc wait boxed || { rdvc logs boxed; false; }
    rdvc pull boxed
    dvc exp apply --quiet boxed
    [[ $(cat model.txt) == 'in python-3.12.sif' ]]
}

# bats test_tags=long
@test "recipe: conda or micromamba" {
    mkdir -p "${cluster_home}/micromamba/bin"
    # Stands in for micromamba: makes a prefix with a program for each package of the file.
    program micromamba <<'STAND_IN'
[[ "$1 $2 $3" == 'create --yes --prefix' && $5 == --file && -f $6 ]] || exit 9
mkdir -p "$4/conda-meta" "$4/bin"
echo '==> create <==' >"$4/conda-meta/history"
echo "Transaction finished"
for package in $(sed -n 's/^  - //p' "$6"); do
    printf '#!/bin/sh\necho "%s of ${CONDA_PREFIX##*/}"\n' "${package}" >"$4/bin/${package}"
    chmod +x "$4/bin/${package}"
done
STAND_IN
    mv "${root}/bin/micromamba" "${cluster_home}/micromamba/bin/"
    printf 'name: project\ndependencies:\n  - tool\n' >environment.yml
    recipe 'Conda or micromamba' .rdvc/config.toml >.rdvc/config.toml
    go -- tool
    log_has 'Transaction finished'
    log_has 'tool of .conda'
    go -- tool
    log_has 'reused in'
    log_has 'tool of .conda'
    printf '  - other\n' >>environment.yml
    go -- other
    log_has 'environment.yml changed'
    log_has 'other of .conda'
}

@test "recipe: a group's shared cache and instances, from a file on the cluster" {
    local shared="${root}/shared/group"
    mkdir -p "${shared}"
    in_test() { sed "s|/shared/group|${shared}|"; }
    recipe 'A shared cache and instances' /shared/group/rdvc.toml | in_test >"${shared}/rdvc.toml"
    recipe 'A shared cache and instances' '~/.config/rdvc/config.toml' | in_test >"${HOME}/.config/rdvc/config.toml"
    job_dvc=$(command -v dvc)
    export job_dvc
    make_project "${root}/experiment"
    rdvc run --quiet -n shared --instance=large
    rdvc show shared | grep -x '#SBATCH --mem=64G'
    rdvc wait shared || { rdvc logs shared; false; }
    [[ -n $(find "${shared}/dvc-cache/files" -type f) ]]
    [[ $(stat -c %A "${shared}/dvc-cache") == drwxrws--- && -z $(find "${cluster_home}/.rdvc/cache" -type f) ]]
    run rdvc doctor
    [[ ${output} == *"cluster:${shared}/rdvc.toml ("*"/config.toml:1)"* && ${output} == *"${shared}/dvc-cache (cluster:${shared}/rdvc.toml:2)"* ]]
    # An old copy is better than none.
    touch -d '3 days ago' "${HOME}"/.local/state/rdvc/included/*
    knob ssh-fail
    run rdvc run --no-preflight --instance=large # the sandbox is smaller than that
    [[ ${status} -eq 5 && ${output} == *"warning: sandbox does not answer; the settings in ${shared}/rdvc.toml are those of 3 d ago"* ]]
    rdvc run --dry-run --no-preflight --instance=gpu 2>/dev/null | grep -x '#SBATCH --gpus=1'
    rm -r "${HOME}/.local/state/rdvc/included"
    run rdvc run --dry-run --no-preflight --instance=gpu
    [[ ${status} -eq 5 ]]
    run rdvc status
    [[ ${status} -ne 4 ]]
}

@test "recipe: a message when a result is published" {
    cat >"${root}/server.py" <<'SERVER'
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1] + "/message", "w") as file:
            file.write(json.loads(body)["text"] + "\n")
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + "/port.new", "w") as file:
    file.write(str(server.server_port))
import os; os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
server.serve_forever()
SERVER
    python3 "${root}/server.py" "${root}" 3>&- &
    local server=$!
    wait_until 20 test -e "${root}/port"
    mkdir -p "${cluster_home}/.config"
    printf 'http://127.0.0.1:%s/hook\n' "$(cat "${root}/port")" >"${cluster_home}/.config/webhook"
    recipe 'A message when a result is published' .rdvc/hooks/after-publish >.rdvc/hooks/after-publish
    go -n 'one' -- true
    kill "${server}"
    wait "${server}" || true
    [[ $(cat "${root}/message") == "project: one is published (job ${job})" ]]
    go -n two -- true # nobody listens any longer
    [[ $(fields_of two state) == done && $(fields_of two detail) == 'warning: the hook after-publish failed with exit code 7: '* ]]
}
