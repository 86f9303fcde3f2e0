# --- 3. A DVC that stays loaded: most of what a short `dvc exp run` takes is to load its modules ----

# A pack starts one Python that loads DVC once, and for each call makes a copy of itself (fork) that
# becomes `dvc`: with the caller's environment, folder and log, and in the caller's process group.
# What is not DVC's own start script, or is run in another way, is left alone.
RDVC_OWN_LOADED=''        # the process that has DVC loaded
RDVC_OWN_LOADED_SCRIPT='' # the `dvc` that it stands for
RDVC_OWN_LOADED_PYTHON='' # Python's variables at its start

loaded_dvc_program() {
    cat <<'PYTHON'
import functools
import gc
import importlib
import os
import signal
import sys
import tempfile
import threading

script, folder = sys.argv[1:]
sys.path[0] = os.path.dirname(script)
from dvc.cli import main

ORDINARY = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
NOTED = folder + "/modules"


def read(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read().split(b"\0")[:-1]


def become_dvc():
    group, log, here, *words = map(os.fsdecode, read("words"))
    os.setpgid(0, int(group))
    for number in ORDINARY:
        signal.signal(number, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environb.clear()
    for variable in read("environment"):
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    os.chdir(here)
    tempfile.tempdir = None
    sys.argv = [script, *words]
    try:
        return main(words)
    finally:
        if is_first:
            with open(NOTED, "w") as file:
                file.write("\n".join(sys.modules))


def load(*names):
    for name in names:
        if name not in sys.modules:
            try:
                importlib.import_module(name)
            except BaseException:
                pass


# What one copy has loaded, the next one has at once.
def load_noted():
    try:
        with open(NOTED) as file:
            load(*file.read().split())
    except OSError:
        pass


# The parser of the command line needs the modules of all commands; each copy can use the one that is here.
def load_parser():
    try:
        import dvc.cli.parser as parser

        parser.get_main_parser = functools.lru_cache(None)(parser.get_main_parser)
        parser.get_main_parser()
    except Exception:
        pass
    load("dvc.repo.experiments.queue.workspace", "dvc.repo.experiments.executor.local", "dvc.repo.reproduce")


for number in ORDINARY:
    signal.signal(number, signal.SIG_IGN)
load_parser()
gc.collect()
gc.freeze()  # a copy need not look at these objects again
is_first = True
with open(folder + "/calls") as calls, open(folder + "/answers", "w", 1) as answers:
    for call in calls:
        if threading.active_count() > 1:
            sys.exit("a module of DVC has started a thread, which a copy would lack")
        child = os.fork()
        if child == 0:
            code = 255
            try:
                code = become_dvc() or 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException as error:
                print(repr(error), file=sys.stderr)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        status = os.waitpid(child, 0)[1]
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        print(call.strip(), code, file=answers)
        if is_first:
            load_noted()
            gc.freeze()
            is_first = False
PYTHON
}

# Prints Python's exported variables.
python_variables() {
    local name
    for name in $(compgen -e PYTHON); do
        [[ ${name} == PYTHONUNBUFFERED ]] || printf '%s=%s\n' "${name}" "${!name}"
    done
}

# Starts it if `dvc` is the script that pip and uv write.
load_dvc() {
    local folder="${RDVC_OWN_WORKSPACE_DIR}/loaded" script line='' words
    [[ " ${RDVC_OWN_REPLACED} " != *' run_program '* ]] && script=$(type -P dvc) || return 0
    IFS= read -r line <"${script}" 2>/dev/null || return 0
    [[ ${line} =~ ^'#!'.*/?python[0-9.]*$ ]] && grep -q '^from dvc\.cli import main$' "${script}" || return 0
    read -ra words <<<"${line#??}"
    mkdir "${folder}" && mkfifo "${folder}"/{calls,answers} && loaded_dvc_program >"${folder}/program.py" || return 0
    exec {RDVC_OWN_LOADED_CALLS}<>"${folder}/calls" {RDVC_OWN_LOADED_ANSWERS}<>"${folder}/answers"
    # Without the variable by which a task's leftovers are found.
    env -u RDVC_OWN_WORKSPACE_DIR PYTHONUNBUFFERED=1 "${words[@]}" "${folder}/program.py" "${script}" "${folder}" </dev/null &
    RDVC_OWN_LOADED=$! RDVC_OWN_LOADED_SCRIPT=${script} RDVC_OWN_LOADED_PYTHON=$(python_variables)
}

# True if it stands for what `dvc` would be now.
is_dvc_loaded() {
    [[ -n ${RDVC_OWN_LOADED} ]] && kill -0 "${RDVC_OWN_LOADED}" 2>/dev/null &&
        [[ $(type -P dvc) == "${RDVC_OWN_LOADED_SCRIPT}" && $(python_variables) == "${RDVC_OWN_LOADED_PYTHON}" ]]
}

# Runs in a process group of its own, which the copy joins. The words are `dvc` and its arguments.
call_loaded_dvc() {
    local folder="${RDVC_OWN_WORKSPACE_DIR}/loaded" call code
    trap : TERM USR1 USR2 INT HUP # the copy gets these as well, and its end is awaited
    env -0 >"${folder}/environment"
    printf '%s\0' "${BASHPID}" "$(job_log)" "${PWD}" "${@:2}" >"${folder}/words"
    printf '%s\n' "${BASHPID}" >&"${RDVC_OWN_LOADED_CALLS}"
    while kill -0 "${RDVC_OWN_LOADED}" 2>/dev/null; do
        read -r -t 5 -u "${RDVC_OWN_LOADED_ANSWERS}" call code || continue
        [[ ${call} != "${BASHPID}" ]] || exit "${code}" # ends this shell alone
    done
    rdvc_say "the process that has DVC loaded was killed"
    trap '' TERM
    kill -TERM 0 # its copy, in this group, is without a parent
    exit 255 # ends this shell alone
}

unload_dvc() {
    [[ -n ${RDVC_OWN_LOADED} ]] || return 0
    { kill -KILL "${RDVC_OWN_LOADED}" && wait "${RDVC_OWN_LOADED}"; } 2>/dev/null || true
    RDVC_OWN_LOADED=''
}
