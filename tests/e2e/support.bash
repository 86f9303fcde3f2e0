# Shared by the end-to-end tests: a sandbox, a laptop user with their own home, a small project.

source "${RDVC_SOURCE_FOLDER}/tests/support/surroundings.bash"

# A private folder for a test file: a sandbox with N nodes and a laptop user; sets `folder`.
start_world() {
    folder=$(mktemp -d "${TMPDIR:-/tmp}/rdvc-e2e-XXXXXX")
    chmod 711 "${folder}" # for other accounts of the sandbox
    export folder
    export RDVC_SANDBOX_DIR="${folder}/sandbox"
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" up --nodes "${1:-1}" "${@:2}" >"${folder}/sandbox.log" 2>&1 || {
        cat "${folder}/sandbox.log" >&3
        return 1
    }
    eval "$("${RDVC_SOURCE_FOLDER}/tools/sandbox" env)"
    make_laptop "${folder}"
    cluster_home="${RDVC_SANDBOX_DIR}/cluster/home"
    shared="${RDVC_SANDBOX_DIR}/cluster" # what all nodes see, whatever their /tmp
    export cluster_home shared
    # Nodes with a /tmp of their own do not see what is below ours, which may be this repository.
    job_dvc=$(command -v dvc)
    if ((${1:-1} > 1)); then
        cp -r "$(dirname "$(dirname "${job_dvc}")")" "${shared}/venv"
        job_dvc="${shared}/dvc"
        printf '#!/bin/sh\nexec %s/venv/bin/python -m dvc "$@"\n' "${shared}" >"${job_dvc}"
        chmod +x "${job_dvc}"
    fi
    export job_dvc
}

# Changes a setting of the sandbox's SLURM.
set_slurm() { # KEY VALUE
    sed -i "s/^$1=.*/$1=$2/" "${RDVC_SANDBOX_DIR}"/etc/{,login/}slurm.conf
    grep -qx "$1=$2" "${RDVC_SANDBOX_DIR}/etc/slurm.conf" && ssh sandbox scontrol reconfigure
}

# The same for a document that is typed line by line (walk.py): the sandbox is also called `hpc`, and
# uv is in ${folder}/bin.
start_typed_world() {
    start_world 1
    sed -i 's/^Host sandbox$/Host sandbox hpc/' "${RDVC_SANDBOX_DIR}/ssh_config"
    mkdir "${folder}/bin"
    ln -s "${RDVC_SOURCE_FOLDER}/.dev/tools/bin/uv" "${folder}/bin/uv"
}

# A user's home on the laptop, in the folder $1.
make_laptop() {
    export HOME="$1/laptop" XDG_RUNTIME_DIR="$1/run" TMPDIR="$1/tmp" # DVC leaves things in the last
    export RDVC_CLUSTER_POLL=1 # tests do not wait half a minute for what they have just done
    unset XDG_CONFIG_HOME XDG_STATE_HOME
    mkdir -p "${HOME}" "${TMPDIR}"
    mkdir -m 700 "${XDG_RUNTIME_DIR}"
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git config --global init.defaultBranch main
}

# Keeps the folder of a failed file and says where it is.
stop_world() {
    ssh -O exit -o ControlPath="${XDG_RUNTIME_DIR}/rdvc/%C" sandbox 2>/dev/null || true
    if [[ -e ${folder}/failed ]]; then
        cp -r "${cluster_home}/.rdvc/jobs" "${cluster_home}/.rdvc/submissions" "${folder}" || true
    fi
    "${RDVC_SOURCE_FOLDER}/tools/sandbox" down --keep >/dev/null 2>&1
    if [[ -e ${folder}/failed ]]; then
        printf '# kept: %s\n' "${folder}" >&3
    else
        remove_folder "${folder}"
    fi
}

note_failure() {
    [[ -n ${BATS_TEST_COMPLETED:-} ]] || touch "${folder}/failed"
}

# A DVC project in the folder $1 whose one stage is a line of shell and whose environment is a link to
# the dvc on PATH.
make_project() {
    mkdir -p "$1"
    cd "$1" || return 1
    git init --quiet
    dvc init --quiet
    cat >dvc.yaml <<'YAML'
stages:
  train:
    cmd: sh train.sh
    deps: [train.sh]
    params: [lr]
    outs: [model.txt]
    metrics:
      - metrics.json:
          cache: false
YAML
    cat >train.sh <<'SH'
lr=$(sed -n 's/^lr: //p' params.yaml)
echo "model of $lr" > model.txt
printf '{"lr_seen": "%s"}\n' "$lr" > metrics.json
SH
    printf 'lr: 0.5\n' >params.yaml
    make_setup_command
    printf '/.venv\n/model.txt\n' >.gitignore
    git add -A
    git commit --quiet -m 'A small project'
}

make_setup_command() {
    cat >init_env.sh <<SH
#!/bin/sh
mkdir -p .venv/bin
ln -sf "${job_dvc}" .venv/bin/dvc
echo "PATH=\$PWD/.venv/bin:\\\$PATH" > .venv/bin/activate
SH
    chmod +x init_env.sh
}

# No job waits or runs. `rdvc wait` returns a little earlier: with the result.
queue_is_empty() {
    local said
    said=$(ssh sandbox squeue --noheader) && [[ -z ${said} ]]
}

# No job of this test has a folder in /tmp, where jobs of other tests run as well. A job publishes its result, and then
# removes its folder: `rdvc wait` may end between the two.
no_workspace_left() { wait_until 20 no_workspace_now; }

no_workspace_now() {
    ! grep -qsF " ${cluster_home}/.rdvc" {/tmp,"${TMPDIR}"}/rdvc-[0-9]*-*/rdvc-owner # -q: whatever else fails
}

# The same project in ${folder}/project with the script on standard input as x.sh, for commands: its
# environment is not set up. Sets project and remote, rdvc's folder on the cluster.
make_command_project() {
    export project="${folder}/project" remote="${cluster_home}/.rdvc"
    make_project "${project}" </dev/null
    git rm --quiet init_env.sh
    cat >x.sh
    chmod +x x.sh
    git add -A
    git commit --quiet -m 'A command'
}

# Prints the process of the batch script of the task with the index $2 in the array $1.
shell_of() {
    local pid
    for pid in $(pgrep -f 'slurm_script 1$'); do
        # Other clusters on this machine have jobs of these numbers, too.
        if grep -zqF "${RDVC_SANDBOX_DIR}" "/proc/${pid}/environ" && grep -zqx "SLURM_ARRAY_JOB_ID=$1" "/proc/${pid}/environ" && grep -zqx "SLURM_ARRAY_TASK_ID=$2" "/proc/${pid}/environ" &&
            [[ $(ps -o ppid= -p "${pid}" | xargs ps -o comm= -p) == slurmstepd* ]]; then
            echo "${pid}"
        fi
    done
}

# The job's end, as `rdvc wait` reports it; the caller checks its exit code.
fields_of() { # NAME-OR-JOB FIELD
    rdvc status --json | python3 -c '
import json, sys
for s in json.load(sys.stdin):
    if sys.argv[1] in (s["name"], s["job"]):
        print(s[sys.argv[2]])
        break
' "$1" "$2"
}
