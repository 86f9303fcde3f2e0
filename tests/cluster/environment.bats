# The contract: a job that reuses an environment finds what setup would have made, or it runs setup.
# Each case compares what is imported and what programs print.

load support

setup_file() {
    start_tools
}

setup() {
    start_test
}

teardown() {
    stop_test
}

# A package `pk` in the folder $1 with a program `say`.
python_project() {
    mkdir -p "$1/pk"
    printf 'def f(): return "one"\n' >"$1/pk/__init__.py"
    printf 'import pk\ndef main(): print("say", pk.f())\ndef other(): print("other", pk.f())\n' >"$1/pk/cli.py"
    cat >pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "pk"
version = "1.0"
[project.scripts]
say = "pk.cli:main"
TOML
}

probe_python='say; python -c "import pk, sys; from importlib.metadata import version; print(pk.f(), pk.__file__, sys.prefix, version(\"pk\"))"'

@test "an editable install of src/ runs this job's code, with a new module" {
    python_project src
    pip_setup -e .
    commit
    job bash -c "${probe_python}"
    log_has 'the first one of this project'
    printf 'from . import more\ndef f(): return "two" + more.x\n' >src/pk/__init__.py
    printf 'x = "!"\n' >src/pk/more.py
    same_as_fresh bash -c "${probe_python}"
    was_reused
    [[ ${said} == *'two! WS/project/src/pk/__init__.py WS/project/.venv 1.0'* ]]
}

@test "a changed entry point makes a new environment, and the log says what changed" {
    python_project src
    pip_setup -e .
    commit
    job say
    sed -i 's/cli:main/cli:other/; s/version = "1.0"/version = "2.0"/' pyproject.toml
    job bash -c "${probe_python}"
    log_has 'is made: pyproject.toml changed'
    [[ ${said} == *'other one'*'2.0'* ]]
}

# bats test_tags=long
@test "an editable install with an import hook: changed code is reused, a new package is not" {
    python_project .
    printf '[tool.setuptools.packages.find]\ninclude = ["pk*"]\n' >>pyproject.toml
    pip_setup -e .
    commit
    job bash -c "${probe_python}; ls .venv/lib/*/site-packages"
    [[ ${said} == *_finder.py* ]]
    printf 'def f(): return "two"\n' >pk/__init__.py
    same_as_fresh bash -c "${probe_python}"
    was_reused
    mkdir pkmore
    printf 'y = 1\n' >pkmore/__init__.py
    same_as_fresh python -c 'import pkmore; print(pkmore.y, pkmore.__file__)'
    log_has 'is made: modules-of-code'
    job python -c 'import pkmore; print(pkmore.y)' # both kinds of code have theirs now
    was_reused
    rm -r pkmore
    job bash -c "${probe_python}"
    was_reused
}

# bats test_tags=long
@test "a compat editable install runs this job's code" {
    python_project .
    printf '[tool.setuptools]\npackages = ["pk"]\n' >>pyproject.toml
    pip_setup --config-settings editable_mode=compat -e .
    commit
    job say
    printf 'def f(): return "two"\n' >pk/__init__.py
    same_as_fresh bash -c "${probe_python}"
    was_reused
}

@test "a copy of the code is not reused, unless it is part of the key" {
    python_project src
    printf 'def f(): return "one, with enough text to tell it from others"\n' >src/pk/__init__.py
    pip_setup .
    commit
    job say
    log_has 'is a copy of src/pk/'
    printf 'def f(): return "two"\n' >src/pk/__init__.py
    job say
    [[ ${said} == *'say two'* ]]
    set_value "TEST_ENV_INPUTS=('src/*')"
    job say
    job say
    was_reused
    printf 'def f(): return "three"\n' >src/pk/__init__.py
    job say
    log_has 'src/pk/__init__.py changed'
    [[ ${said} == *'say three'* ]]
}

# A wheel of another project's, with the files and texts $2... in it: `foreign_wheel NAME FILE TEXT...`.
foreign_wheel() {
    local name=$1 info="$1-1.0.dist-info"
    shift
    mkdir -p "${root}/wheels/${name}/${info}"
    (
        cd "${root}/wheels/${name}"
        while (($# > 0)); do
            mkdir -p "$(dirname "$1")"
            printf '%s\n' "$2" >"$1"
            shift 2
        done
        printf 'Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n' "${name}" >"${info}/METADATA"
        printf 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n' >"${info}/WHEEL"
        find . -type f | sed 's|^\./||; s/$/,,/' >"${info}/RECORD"
        "${python}" -m zipfile -c "../${name}-1.0-py3-none-any.whl" ./*
    )
}

# bats test_tags=long
@test "a dependency's file with the same text as one of the project's is not a copy; a built wheel of the project is one" {
    local licence='# Licensed under the Apache License, Version 2.0.'
    foreign_wheel dep dep/__init__.py "${licence}" dep/py.typed partial dep/utils/__init__.py "${licence}" tests/__init__.py "${licence}"
    mkdir -p src/pk/utils tests
    printf '%s\n' "${licence}" | tee src/pk/__init__.py src/pk/utils/__init__.py >tests/__init__.py
    printf 'partial\n' >src/pk/py.typed
    python_project src
    printf '%s\n' "${licence}" >src/pk/__init__.py
    printf 'def main(): print("say")\n' >src/pk/cli.py
    pip_setup --find-links "${root}/wheels" dep -e .
    commit
    job say
    log_has 'is kept for later jobs'
    job say
    was_reused
    foreign_wheel pk pk/__init__.py "${licence}" pk/cli.py 'def main(): print("say")'
    pip_setup --find-links "${root}/wheels" dep pk
    commit
    job true
    log_has 'site-packages/pk/cli.py is a copy of src/pk/cli.py'
}

@test "a copy that the project has changed since no longer counts" {
    { small_venv; echo 'for file in lib/a*; do ! grep -q long "$file" || cp "$file" .venv/lib/; done'; } | setup_script
    mkdir lib
    printf 'a text that is long enough to be told from others\n' >lib/a.txt
    commit
    job true
    log_has '.venv/lib/a.txt is a copy of lib/a.txt'
    job true
    log_has 'setup runs in each job, since the environment cannot be reused: ./.venv/lib/a.txt is a copy'
    printf 'another text\n' >lib/a.txt
    job true
    log_has 'is kept for later jobs'
    job true
    was_reused
}

# bats test_tags=long
@test "pip install in a view changes only the view" {
    python_project src
    pip_setup -e .
    commit
    job say
    mkdir -p "${root}/extra"
    printf 'from setuptools import setup\nsetup(name="extra", version="1", py_modules=["extra"])\n' >"${root}/extra/setup.py"
    printf 'z = 26\n' >"${root}/extra/extra.py"
    local before
    before=$(find "${store}" -path '*/tree/*' -printf '%p %s %T@ %l\n' | sort | sha256sum)
    job bash -c "PYTHONPATH=${tools}/build python -m pip install -q --no-index --no-build-isolation --force-reinstall ${root}/extra . && python -c 'import extra, pk; print(extra.z, pk.__file__)'"
    was_reused
    [[ ${said} == *'26 WS/project/.venv/lib'* ]]
    [[ $(find "${store}" -path '*/tree/*' -printf '%p %s %T@ %l\n' | sort | sha256sum) == "${before}" ]]
}

@test "an edited C++ source is compiled again" {
    { small_venv; echo 'g++ -g native/tool.cpp -o .venv/bin/tool'; } | setup_script
    mkdir native
    printf '#include <cstdio>\n#include "value.hpp"\nint main() { std::puts(VALUE); }\n' >native/tool.cpp
    printf '#define VALUE "one"\n' >native/value.hpp
    commit
    job tool
    printf 'print(1)\n' >train.py
    same_as_fresh tool
    was_reused
    sed -i s/one/two/ native/value.hpp
    same_as_fresh tool
    log_has 'native/value.hpp changed'
    [[ ${said} == *two* ]]
}

# bats test_tags=long
@test "the checkout's path in debug information does not prevent reuse, in the program it does" {
    { small_venv; echo "g++ -g \"\$PWD/tool.cpp\" \$FLAGS -o .venv/bin/tool"; } | setup_script
    printf '#include <cstdio>\nint main() { std::puts("one"); }\n' >tool.cpp
    commit
    job tool
    job tool
    was_reused
    printf '#include <cstdio>\nint main() { std::puts(__FILE__); }\n' >tool.cpp
    job tool
    log_has 'the binary file ./.venv/bin/tool names'
    job tool
    [[ ${said} == *WS/project/tool.cpp* ]]
}

# bats test_tags=long
@test "an edited .pyx is compiled again, and a compiled module lies beside the code" {
    { small_venv; echo 'tr a-z A-Z <src/fast.pyx >src/fast.so'; } | setup_script
    mkdir src
    printf 'one\n' >src/fast.pyx
    commit
    job cat src/fast.so
    same_as_fresh cat src/fast.so
    was_reused
    printf 'two\n' >src/fast.pyx
    same_as_fresh cat src/fast.so
    log_has 'src/fast.pyx changed'
    [[ ${said} == *TWO* ]]
}

# bats test_tags=long
@test "a version made from tags is that of this commit" {
    { echo 'cd "$(git rev-parse --show-toplevel)"'; small_venv; echo '[[ ! -e describe.sh ]] || . ./describe.sh'; } | setup_script
    commit
    job true
    commit
    job true
    was_reused # a script may ask where the checkout is
    echo 'git describe --tags --long >.venv/version' >describe.sh
    commit
    git tag v1
    job cat .venv/version
    log_has 'each commit and each edit has an environment of its own'
    log_has '`env.ignore = [".git"]` avoids that'
    fake_squeue other
    [[ $(rdvc_env list 2>&1) == *'1 of these is for one commit only'* ]]
    same_as_fresh cat .venv/version
    was_reused
    commit
    git tag v2
    same_as_fresh cat .venv/version
    log_has 'is made: version:'
    [[ ${said} == *v2-0-g* ]]
    printf 'x\n' >new.txt
    job cat .venv/version
    log_has 'is made: uncommitted'
    set_value 'TEST_ENV_IGNORE=(.git)'
    job true
    commit
    job true
    was_reused
}

@test "uv sync" {
    python_project src
    setup_script <<SETUP
export UV_CACHE_DIR=${root}/uv-cache PYTHONPATH=${tools}/build
"${RDVC_SOURCE_FOLDER}/.dev/tools/bin/uv" sync --quiet --offline --python "${python}" --no-build-isolation
SETUP
    printf '/uv.lock\n' >>.gitignore
    commit
    job bash -c "${probe_python}"
    printf 'def f(): return "two"\n' >src/pk/__init__.py
    same_as_fresh bash -c "${probe_python}"
    was_reused
    [[ ${said} == *'say two'* ]]
}

# bats test_tags=long
@test "bytecode that an installer left out is made once, also beside existing bytecode" {
    setup_script <<SETUP
"${python}" -m venv --without-pip .venv
for site in .venv/lib/python3*/site-packages; do
    mkdir -p "\${site}/package" "\${site}/wheel/__pycache__"
    printf 'x = 1\n' | tee "\${site}/package/__init__.py" "\${site}/wheel/__init__.py" >"\${site}/module.py"
    touch -d 2020-01-01 "\${site}"/*/*.py "\${site}"/*.py
    "${python}" -m compileall -q "\${site}/wheel"
    printf 'broken = \n' >"\${site}/package/broken.py"
done
SETUP
    commit
    job true
    job bash -c 'for name in package wheel module; do
        python -v -c "import $name" 2>&1 | grep "__pycache__/$name.* matches\|$name/__pycache__/.* matches" >/dev/null && echo "compiled $name"
    done'
    was_reused
    [[ ${said} == *'compiled package'*'compiled wheel'*'compiled module'* ]]
}

# bats test_tags=long
@test "a conda-like prefix is reused, except where a binary names it or it lies elsewhere" {
    setup_script <<'SETUP'
mkdir -p env/conda-meta env/bin
printf '#!/bin/sh\necho %s\n' "$PWD/env" >env/bin/tool
chmod +x env/bin/tool
[[ ! -e binary.txt ]] || printf 'x\0%s\0' "$PWD/env" >env/bin/library.bin
SETUP
    printf '/env\n' >>.gitignore
    set_value "RDVC_JOB_ENV_ACTIVATE='export CONDA_PREFIX=\$PWD/env PATH=\$PWD/env/bin:\$PATH'"
    commit
    job tool
    same_as_fresh tool
    was_reused
    [[ ${said} == *WS/project/env* ]]
    touch binary.txt
    job tool
    log_has 'the binary file ./env/bin/library.bin names'
    rm binary.txt
    mkdir -p "${root}/conda"
    set_value "RDVC_JOB_ENV_ACTIVATE='export CONDA_PREFIX=${root}/conda'"
    job true
    log_has "activation sets CONDA_PREFIX to ${root}/conda, which is not in env.outside"
    job true
    log_has 'setup runs in each job'
    set_value "RDVC_JOB_ENV_OUTSIDE=('${root}/conda') RDVC_JOB_ENV_FRESH=1"
    job true
    log_has 'is kept for later jobs'
}

@test "PATH entries after activation lie in the checkout, or setup is run" {
    small_venv | setup_script
    commit
    set_value "RDVC_JOB_ENV_ACTIVATE='PATH=${root}/elsewhere:\$PATH'"
    job true
    log_has "activation sets PATH to ${root}/elsewhere"
}

# bats test_tags=long
@test "an activation that finds the build's checkout is noticed at the first reuse" {
    { small_venv; echo "pwd >${root}/place"; } | setup_script
    set_value "RDVC_JOB_ENV_ACTIVATE='export PLACE=\$(cat ${root}/place)'"
    commit
    job true
    log_has 'is kept for later jobs'
    job bash -c 'echo "${PLACE#"$PWD"}."'
    log_has 'after activation PLACE names the checkout in which the environment was made'
    log_has 'cannot be reused'
    [[ $(setups) -eq 2 && ! -e ${workspace}/project/.venv/bin/missing ]]
}

@test "two projects with the same setup do not share" {
    small_venv | setup_script
    commit
    job true
    set_value 'RDVC_JOB_PROJECT_ID=project-2'
    job true
    log_has 'the first one of this project'
    [[ $(setups) -eq 2 ]]
}

@test "a changed lock file, setup script, activation and Python make a new environment" {
    small_venv | setup_script
    printf 'a==1\n' >requirements.txt
    commit
    job true
    printf 'a==2\n' >requirements.txt
    job true
    log_has 'is made: requirements.txt changed'
    echo '# more' >>init_env.sh
    printf 'b\n' >other.lock
    job true
    log_has 'is made: init_env.sh changed'
    printf '#!/bin/sh\necho Python 9.9.9\n' >"${root}/python3"
    chmod +x "${root}/python3"
    PATH="${root}:${PATH}" job true
    log_has "Python 9.9.9"
    set_value "RDVC_JOB_ENV_ACTIVATE='source .venv/bin/activate; true'"
    job true
    log_has 'is made: '
    [[ $(setups) -eq 5 ]]
}

@test "files that setup names, and scripts that it calls name, are part of the key" {
    { small_venv; echo 'bash tools/step.sh'; } | setup_script
    mkdir -p tools data src/gen
    printf 'here=$(dirname "$0")\ncp "$here"/../data/table.csv .venv/table\npython3 -m gen.main || true\n' >tools/step.sh
    printf 'from gen import part\n' >src/gen/main.py
    touch src/gen/__init__.py src/gen/part.py src/gen/other.py
    printf 'a table that is long enough to be told from others\n' >data/table.csv
    commit
    job cat .venv/table
    printf 'x = 1\n' >src/gen/other.py
    printf '# see src/gen/other.py\n' >>init_env.sh
    printf '[tool.ruff]\nexclude = ["other.py"]\n' >pyproject.toml
    job true
    printf 'x = 2\n' >src/gen/other.py
    job cat .venv/table
    was_reused
    printf 'another\n' >data/table.csv
    job cat .venv/table
    log_has 'data/table.csv changed'
    [[ ${said} == *another* ]]
    printf 'x = 2\n' >src/gen/part.py
    job true
    log_has 'src/gen/part.py changed'
}

# bats test_tags=long
@test "links out of the checkout: folders are not reused unless allowed, changed files are noticed" {
    mkdir "${root}/outside"
    printf 'one\n' >"${root}/file"
    { small_venv; echo "ln -s ${root}/file .venv/file; [[ ! -e with-folder ]] || ln -s ${root}/outside .venv/folder"; } | setup_script
    commit
    job cat .venv/file
    job cat .venv/file
    was_reused
    printf 'longer\n' >"${root}/file"
    job cat .venv/file
    log_has "a file elsewhere that it links to has changed: ${root}/file"
    job cat .venv/file
    was_reused
    touch with-folder
    job true
    log_has ".venv/folder is a link to the folder ${root}/outside, which is not in env.outside"
    set_value "RDVC_JOB_ENV_OUTSIDE=('${root}/outside')" 'RDVC_JOB_ENV_FRESH=1'
    job true
    log_has 'is kept for later jobs'
}

@test "links into the checkout and beyond folders lead to this job's files" {
    { small_venv; echo 'file=$(ls data); ln -s "$PWD/data/$file" .venv/absolute; mkdir .venv/lib/deep; ln -s "../../../data/$file" .venv/lib/deep/relative; ln -s deep .venv/lib/inner'; } | setup_script
    mkdir data
    printf 'one\n' >data/table
    commit
    job cat .venv/absolute
    printf 'two\n' >data/table
    same_as_fresh cat .venv/absolute .venv/lib/deep/relative .venv/lib/inner/relative
    was_reused
    [[ ${said} == *two*two*two* ]]
}

@test "a hard link to a tracked file is one to this job's file; one to a cache stays a file" {
    { small_venv; echo "ln ${root}/cached .venv/cached; mkdir .venv/hard; ln data.* .venv/hard/link"; } | setup_script
    printf 'cached\n' >"${root}/cached"
    printf 'data\n' >data.txt
    commit
    job cat .venv/cached
    printf 'other\n' >data.txt
    same_as_fresh bash -c 'cat .venv/cached .venv/hard/link; [[ .venv/hard/link -ef data.txt ]] && echo same'
    was_reused
    [[ ${said} == *cached*other*same* && -z $(find "${store}" -name link) ]]
}

# bats test_tags=long
@test "setup that changes tracked files, Git's or DVC's files, or makes a build folder is not reused" {
    set_value RDVC_JOB_ENV_ACTIVATE=
    { small_venv; cat <<'SETUP'
case $(cat what) in
edit) echo more >>data.txt ;;
mode) chmod +x data.txt ;;
config) git config core.pager cat ;;
dvc) echo x >>.dvc/config.local ;;
beside) mkdir ../venv ;;
nothing) mv .venv /tmp/rdvc-gone-$$; rm -r /tmp/rdvc-gone-$$ ;;
cmake) mkdir build; touch build/CMakeCache.txt ;;
esac
SETUP
    } | setup_script
    printf 'data\n' >data.txt
    local case
    for case in edit:'setup changes data.txt' mode:'setup changes data.txt' config:'setup changes what Git or DVC keep' \
        dvc:'setup changes what Git or DVC keep' beside:'beside the checkout: venv' nothing:'setup leaves nothing' cmake:'./build/CMakeCache.txt belongs to a build folder'; do
        printf '%s\n' "${case%%:*}" >what
        commit
        job true
        log_has "${case#*:}"
        job true
        log_has 'setup runs in each job'
    done
}

@test "files and folders that a stage may write to are its own: empty folders, small files" {
    { small_venv; echo 'mkdir -p work/empty; echo 0 >work/state; mkdir .venv/lib/p; echo p >.venv/lib/p/f'; } | setup_script
    printf '/work/\n' >>.gitignore
    commit
    job true
    same_as_fresh bash -c 'echo 1 >>work/state; echo 2 >work/empty/new; cat work/state work/empty/new .venv/lib/p/f'
    was_reused
    same_as_fresh bash -c 'cat work/state; ls work/empty'
    [[ $(find "${store}" -type d -path '*/tree/*' -perm -u+w | wc -l) -eq 0 ]]
}

@test "files that the user has copied along stay, beside what setup adds" {
    { small_venv; echo 'mkdir -p data/made; echo m >data/made/m; echo n >data/n'; } | setup_script
    printf '/data/\n' >>.gitignore
    commit
    export TEST_COPIES='mkdir data; echo mine >data/mine; ln -s mine data/link'
    job true
    same_as_fresh bash -c 'ls -R data; cat data/*/m data/n data/mine data/link'
    was_reused
    echo 'echo x >>data/mine' >>init_env.sh
    job true
    log_has 'setup changes data/mine'
}

# bats test_tags=long
@test "a project in a subfolder, with code of its repository and a submodule beside it" {
    git init --quiet "${root}/library"
    (cd "${root}/library" && commit 'A library')
    git -c protocol.file.allow=always submodule --quiet add "${root}/library" library
    mkdir -p sub native
    cd sub
    { small_venv; echo 'tr a-z A-Z <../native/text.cpp >.venv/text; [[ ! -e submodule ]] || git -c protocol.file.allow=always submodule --quiet update --init'; } | setup_script
    printf 'one\n' >../native/text.cpp
    printf '.venv\n' >>../.gitignore
    commit
    set_value RDVC_JOB_PROJECT_DIR=sub
    job cat .venv/text
    same_as_fresh bash -c 'cat .venv/text; pwd; echo "${VIRTUAL_ENV}"'
    was_reused
    [[ ${said} == *ONE*WS/project/sub*WS/project/sub/.venv* ]]
    printf 'two\n' >../native/text.cpp
    same_as_fresh cat .venv/text
    log_has 'native/text.cpp changed'
    touch submodule
    printf '#\n' >>init_env.sh
    job true
    log_has 'cannot be reused, so each job runs setup: setup changes what Git or DVC keep'
    rm submodule
    printf '#\n' >>init_env.sh
    (cd ../library && commit 'A newer library')
    job true
    log_has 'library changed'
}

# bats test_tags=long
@test "odd names: in the environment, among tracked files, in what setup changes" {
    { small_venv; cat <<'SETUP'
mkdir -p $'.venv/lib/new\nline' .venv/lib/-dash
cd .venv/lib
printf '%s\n' "$OLDPWD" >$'new\nline/path"\'$x'
printf 'x\n' >$'bad\xff' && printf 'y\n' >-dash/-f && ln -s "$OLDPWD/-tracked" $'li\nnk'
SETUP
    } | setup_script
    printf 'tracked\n' >./-tracked
    printf 'int x;\n' >$'odd\n"\'\xff.cpp'
    commit
    local probe=$'cat $\'.venv/lib/new\\nline/path"\\\'$x\' $\'.venv/lib/bad\\xff\' .venv/lib/-dash/-f $\'.venv/lib/li\\nnk\''
    job bash -c "${probe}"
    log_has 'is kept for later jobs'
    same_as_fresh bash -c "${probe}"
    was_reused
    [[ ${said} == *WS/project*x*y*tracked* ]]
    printf 'int y;\n' >$'odd\n"\'\xff.cpp'
    job true
    log_has 'is made: '
    log_has 'cpp" changed'
}

@test "--fresh-env builds it again and keeps the new one; running jobs keep the old one" {
    { small_venv; echo "date +%N >.venv/time"; } | setup_script
    commit
    job cat .venv/time
    local first=${said}
    set_value RDVC_JOB_ENV_FRESH=1
    job cat .venv/time
    log_has 'is made: --fresh-env'
    local second=${said}
    [[ ${first} != "${second}" ]]
    set_value RDVC_JOB_ENV_FRESH=0
    job cat .venv/time
    was_reused
    [[ ${said} == "${second}" ]]
    [[ $(find "${store}" -mindepth 2 -maxdepth 2 -type d | wc -l) -eq 2 ]]
}

@test "env.where = login: a job finds it or fails with the reason; only the login node builds" {
    small_venv | setup_script
    commit
    set_value 'RDVC_JOB_ENV_WHERE=login'
    job_fails true
    log_has 'the environment is not built, and env.where is login (the first one of this project)'
    log_has 'rdvc env build'
    [[ ! -e ${root}/setups ]]
    RDVC_JOB_ONLY=environment job true
    RDVC_JOB_ONLY=environment job true
    log_has 'exists already: made by job 2'
    job true
    was_reused
    printf 'a\n' >requirements.txt
    job_fails true
    log_has 'requirements.txt is new'
    echo 'echo x >>.gitignore' >>init_env.sh
    RDVC_JOB_ONLY=environment job_fails true
    log_has 'env.where is login, but this project'
    job_fails true
    log_has 'cannot be reused: setup changes .gitignore'
}

# bats test_tags=long
@test "a tool that keeps its environment elsewhere is named with what changes that" {
    local case
    for case in 'poetry -n install:POETRY_VIRTUALENVS_IN_PROJECT=1' 'pdm sync:PDM_VENV_IN_PROJECT=1' 'pipenv install:PIPENV_VENV_IN_PROJECT=1'; do
        { echo 'poetry() { :; }; pdm() { :; }; pipenv() { :; }'; echo "${case%:*}"; } | setup_script
        commit
        job_fails true
        log_has 'cannot be reused, so each job runs setup: setup leaves nothing in the checkout ('
        log_has 'error: activation failed with exit code 1: source .venv/bin/activate ('
        [[ $(grep -cF "set ${case#*:} in the setup command" "${root}/log") -eq 2 ]]
    done
}

@test "a checkout whose path does not fit into scripts runs setup" {
    small_venv | setup_script
    commit
    set_value "RDVC_JOB_REPO_NAME='a b'"
    job true
    log_has 'no environment is reused: the path'
    [[ ! -e ${store} ]]
}

@test "an old script without the new values runs setup in each job, with its messages" {
    small_venv | setup_script
    commit
    printf 'RDVC_DIR=%s RDVC_JOB_PROJECT_DIR= RDVC_JOB_ENV_SETUP=./init_env.sh RDVC_JOB_ENV_ACTIVATE=\n' "${root}/rdvc" >"${root}/settings"
    job true
    set_value 'RDVC_JOB_ENV_SETUP=./missing.sh'
    job_fails true
    [[ ${job_status} -eq 127 ]]
    log_has 'the setup command cannot be run: ./missing.sh'
    set_value "RDVC_JOB_ENV_SETUP='exit 5'"
    job_fails true
    [[ ${job_status} -eq 5 ]]
    log_has 'the setup command failed with exit code 5: exit 5'
}

# --- One builder at a time ------------------------------------------------------------------------

# Starts a job in the background; its log is log.N.
background_job() {
    SLURM_JOB_ID=$1 bash "${RDVC_SOURCE_FOLDER}/tests/cluster/job.sh" "${root}/settings" "${@:2}" \
        >"${root}/log.$1" 2>&1 3>&- &
}

is_in_setup() {
    [[ -e ${root}/setups ]]
}

owner_exists() {
    compgen -G "${store}/*.lock/owner.$1" >/dev/null
}

# bats test_tags=long
@test "fifty jobs at once make one environment" {
    { small_venv; echo 'sleep 2'; } | setup_script
    commit
    local n pids=()
    for n in {1..50}; do
        background_job "${n}" true
        pids+=("$!")
    done
    for n in "${pids[@]}"; do
        wait "${n}"
    done
    [[ $(setups) -eq 1 ]]
    [[ $(grep -lF 'reused in' "${root}"/log.* | wc -l) -eq 49 ]]
    [[ $(find "${store}" -mindepth 2 -maxdepth 2 -type d | wc -l) -eq 1 && -z $(find "${store}" -name '*.lock*') ]]
}

@test "jobs that wait for an environment whose setup fails end at once and name that job" {
    setup_script <<<"until [[ -e ${root}/go ]]; do sleep 0.1; done; exit 4"
    commit
    local n pids=() failed=0
    background_job 1 true
    pids+=("$!")
    wait_until 10 is_in_setup
    for n in 2 3 4 5; do
        background_job "${n}" true
        pids+=("$!")
    done
    for n in 2 3 4 5; do
        wait_until 20 grep -q 'waiting for the environment that job 1 on' "${root}/log.${n}"
    done
    touch "${root}/go"
    for n in "${pids[@]}"; do
        wait "${n}" || failed=$((failed + 1))
    done
    [[ ${failed} -eq 5 && $(setups) -eq 1 ]]
    [[ $(grep -lF 'waited for the environment of job 1, where the setup command failed with exit code 4' "${root}"/log.* | wc -l) -eq 4 ]]
    job_fails true # a later one tries again
    [[ $(setups) -eq 2 && -z $(find "${store}" -name '*.lock*') ]]
}

@test "a job that gets the lock just after its owner's setup has failed does not run it again" {
    setup_script <<<"until [[ -e ${root}/go ]]; do sleep 0.1; done; exit 4"
    commit
    background_job 1 true
    wait_until 10 is_in_setup
    # The second time that job 2 has found no failure, job 1 fails before job 2 can ask for the lock.
    mkdir "${root}/late"
    cat >"${root}/late/mkdir" <<SH
#!/bin/sh
if [ "\$*" = "-p ${store}" ] && ! /bin/mkdir "${root}/looked"; then
    touch "${root}/go"
    while ls -d "${store}"/*.lock; do sleep 0.1; done >/dev/null 2>&1
fi
exec /bin/mkdir "\$@"
SH
    chmod +x "${root}/late/mkdir"
    PATH="${root}/late:${PATH}" background_job 2 true
    wait "$!" || true
    [[ -e ${root}/go && $(setups) -eq 1 ]]
    grep -F 'waited for the environment of job 1, where the setup command failed with exit code 4' "${root}/log.2"
    [[ -z $(find "${store}" -name '*.lock*') ]]
}

@test "a job that is stopped during setup leaves no lock, and the next one builds" {
    { small_venv; echo "[[ \$(wc -l <${root}/setups) -gt 1 ]] || sleep 3"; } | setup_script
    commit
    printf 'trap "exit 143" TERM\n' >>"${root}/settings"
    background_job 1 true
    local first=$!
    wait_until 10 is_in_setup
    kill -TERM "${first}"
    wait "${first}" || true
    [[ -z $(find "${store}" -name '*.lock*' -o -name '.new*') ]]
    job true
    log_has 'is kept for later jobs'
}

@test "a builder that is killed is replaced" {
    { small_venv; echo "[[ \$(wc -l <${root}/setups) -gt 1 ]] || sleep 20"; } | setup_script
    commit
    SLURM_JOB_ID=1 setsid bash "${RDVC_SOURCE_FOLDER}/tests/cluster/job.sh" "${root}/settings" true >/dev/null 2>&1 3>&- &
    wait_until 20 is_in_setup
    kill -KILL -- "-$(ps -o pgid= -p "$!" | tr -d ' ')"
    export TEST_STALE=3
    job true
    log_has 'shows no heartbeat; taking over'
    log_has 'is kept for later jobs'
}

@test "an owner that was taken over does not publish, and the new owner does" {
    { small_venv; echo "until [[ -e ${root}/go ]]; do sleep 0.1; done"; } | setup_script
    commit
    background_job 1 true
    local first=$!
    wait_until 10 is_in_setup
    # The heart of the owner stands still, as on a node that has lost the file system.
    pkill -STOP -P "${first}" -f job.sh
    export TEST_STALE=2
    background_job 2 true
    local second=$!
    wait_until 20 owner_exists 2
    touch "${root}/go"
    wait "${second}"
    pkill -CONT -P "${first}" -f job.sh || true
    wait "${first}"
    grep -F 'shows no heartbeat; taking over' "${root}/log.2"
    grep -F 'is kept for later jobs' "${root}/log.2"
    ! grep -F 'is kept for later jobs' "${root}/log.1" || false
    [[ $(find "${store}" -mindepth 2 -maxdepth 2 -type d | wc -l) -eq 1 ]]
}

@test "an owner that was taken over leaves the new owner's incomplete copy alone" {
    local lock="${root}/rdvc/envs/p/k.lock" half="${root}/rdvc/envs/p/k/.new-2"
    mkdir -p "${lock}/owner.1" "${lock}/owner.2" "${half}"
    RDVC_OWN_ENV_KEY=k bash -euc 'rdvc_say() { echo "$*"; }
            for file in "$1"/both/*.sh "$1"/job/2-environment/*.sh; do source "${file}"; done
            RDVC_OWN_ENV_STORE=$2/envs/p RDVC_OWN_ENV_LOCK=$2/envs/p/k.lock RDVC_OWN_ENV_OWNER=1 RDVC_OWN_ENV_SELF=
            publish_environment "$2/lists" 1' bash "${RDVC_SOURCE_FOLDER}/cluster" "${root}/rdvc" >"${root}/log"
    log_has 'another job has taken over'
    [[ -d ${half} ]]
}

# bats test_tags=root
@test "a full disk leaves no incomplete environment, and the job continues" {
    ((EUID == 0)) || skip 'only root can mount a small file system'
    mkdir -p "${root}/rdvc/envs"
    mount -t tmpfs -o size=200k tmpfs "${root}/rdvc/envs" 2>/dev/null || skip 'no file system can be mounted'
    { small_venv; echo 'head -c 400000 /dev/zero >.venv/big'; } | setup_script
    commit
    local status=0
    job bash -c 'wc -c <.venv/big' || status=$?
    local left
    left=$(find "${store}" -name '.new*' -o -name current -o -name info -o -name '*.lock*')
    umount "${root}/rdvc/envs"
    [[ ${status} -eq 0 && ${said} == *400000* && -z ${left} ]]
    log_has 'could not be copied to'
}

# --- Requests and speed -----------------------------------------------------------------------------

# A stand-in of squeue that knows the given tokens.
fake_squeue() {
    mkdir -p "${root}/bin"
    { printf '#!/bin/sh\n'; printf 'echo "7|RUNNING|None|N/A|x|rdvc:%s"\n' "$@"; } >"${root}/bin/squeue"
    chmod +x "${root}/bin/squeue"
    PATH="${root}/bin:${PATH}"
}

@test "environments are listed and cleared, but not those that a job uses" {
    local token=0123456789abcdef0123456789abcdef
    small_venv | setup_script
    commit
    fake_squeue other
    [[ $(rdvc_env list 2>&1) == *'no environment is kept for this project'* ]]
    RDVC_OWN_RECORD_DIR="${root}/rdvc/jobs/${token}/0" job true
    printf 'a\n' >requirements.txt
    job true
    echo 'echo x >>.gitignore' >>init_env.sh
    job true
    fake_squeue "${token}"
    run rdvc_env list
    printf '%s\n' "${output}"
    [[ ${output} =~ [0-9a-f]{16}\ +[0-9]+\ s\ ago\ +1\ +[^\ ]+\ +[0-9]+\ s\ +[0-9.]+\ [kKM]?i?B\ +1\ jobs ]]
    [[ ${output} == *'cannot be reused: '*'setup changes .gitignore'* ]]
    run rdvc_env list --json
    printf '%s\n' "${output}"
    [[ $(grep -c '"current": true' <<<"${output}") -eq 2 && $(grep -c '"uses": "0"' <<<"${output}") -eq 1 ]]
    [[ $(grep -c '"uses": "1"' <<<"${output}") -eq 1 && ${output} == *'"job": "2"'* ]]
    run rdvc_env clear ffffffffffffffffff
    [[ ${status} -ne 0 && ${output} == *'this project has no environment `ffffffffffffffffff`'* ]]
    local outside="${root}/precious"
    mkdir "${outside}" && touch "${outside}/file"
    ln -s "${outside}" "${store}/0000000000000000"
    run rdvc_env clear --all
    printf '%s\n' "${output}"
    [[ ${status} -eq 0 && ${output} == *'cleared 2 environments, '* && ${output} == *' is in use (1 jobs) and stays'* ]]
    [[ -e ${outside}/file && $(find "${store}" -name info | wc -l) -eq 1 ]]
    printf '#!/bin/sh\necho down >&2\nexit 1\n' >"${root}/bin/squeue"
    run rdvc_env clear --all
    [[ ${status} -ne 0 && ${output} == *down* ]]
    [[ $(rdvc_env list --json) == *'"uses": "?"'* ]]
    fake_squeue other
    [[ $(rdvc_env clear --all) == *'cleared 1 environment, '* ]]
    git checkout --quiet -- init_env.sh
    job true
    log_has 'it was cleared'
}

@test "what dead builders have left is cleared, but not what living ones have" {
    local key place
    small_venv | setup_script
    commit
    fake_squeue other
    job true
    place=$(echo "${store}"/*/current)
    place=${place%/current}
    key=${place##*/}
    mkdir -p "${place}/.new-dead" "${store}/${key}.lock/owner.2"
    printf '7\n' >"${store}/${key}.lock/owner.2/job"
    touch "${store}/${key}.failed" "${store}/${key}.lock/owner.2/beat"
    touch -d '1 hour ago' "${place}/.new-dead"
    [[ $(rdvc_env list) == *"${key} is being built by job 7"* ]]
    rdvc_env clear "${key:0:4}"
    [[ -d ${store}/${key}.lock && -d ${place}/.new-dead && ! -e ${store}/${key}.failed && ! -e ${place}/current ]]
    printf 'why\n' >"${place}/not-reusable"
    touch -d '1 hour ago' "${store}/${key}.lock"{/owner.2/beat,/owner.2,}
    [[ $(rdvc_env clear --all) == *'cleared 1 environment, '* ]]
    [[ ! -e ${store}/${key}.lock && ! -e ${place}/.new-dead && ! -e ${place}/not-reusable && -e ${place}/inputs ]]
}

# bats test_tags=long
@test "a view of 20,000 files" {
    { small_venv; cat <<'SETUP'
lib=.venv/lib/python3/site-packages
for n in {1..200}; do
    mkdir -p "$lib/package$n"
    (cd "$lib/package$n" && printf '%s\n' "$n" | tee file{1..100} >/dev/null)
done
printf '%s\n' "$PWD/src" >"$lib/a.pth"
SETUP
    } | setup_script
    commit
    job true
    job bash -c 'cat .venv/lib/python3/site-packages/a.pth .venv/lib/python3/site-packages/package9/file7'
    was_reused
    [[ ${said} == *WS/project/src* ]]
    printf '# view: %s\n' "$(grep -oE 'reused in .*' "${root}/log")" >&3
}

# --- What a hostile reader found ---

@test "a program in the store finds no checkout; small programs are this job's own" {
    setup_script <<'SETUP'
mkdir -p .venv/bin .venv/lib/python3/site-packages/pkg
printf 'home = /usr/bin\n' >.venv/pyvenv.cfg
printf 'PATH="%s:$PATH"\n' "$PWD/.venv/bin" >.venv/bin/activate
printf '%s\n' "$PWD/src" >.venv/lib/python3/site-packages/p.pth
printf '#!/bin/sh\ncat "$(dirname "$(realpath "$0")")/../lib/python3/site-packages/p.pth"\n' >.venv/bin/where
chmod +x .venv/bin/where
SETUP
    commit
    job where
    same_as_fresh where
    was_reused
    [[ ${said} == *WS/project/src* ]]
    ! grep -r "${root}/ws/" "${store}"/*/*/tree
    cat "${store}"/*/*/tree/.venv/lib/python3/site-packages/p.pth | grep '^/rdvc-no-checkout/'
}

# bats test_tags=long
@test "an environment that is installed elsewhere, or finds its modules by its real path, is not reused" {
    mkdir -p "${root}/v"
    "${python}" -m venv --without-pip "${root}/v"
    set_value "PATH=${root}/v/bin:\${PATH}" "RDVC_JOB_ENV_ACTIVATE="
    setup_script <<SETUP
for site in ${root}/v/lib/python3*/site-packages; do pwd >"\${site}/p.pth"; done
echo so >fast.so
SETUP
    commit
    job true
    log_has "setup installs into ${root}/v/lib/python3"
    setup_script <<SETUP
mkdir -p env/bin
cp "${python}" env/bin/python3
SETUP
    printf '/env\n' >>.gitignore
    commit
    job true
    log_has 'has a Python of its own, and no pyvenv.cfg'
    setup_script <<SETUP
mkdir -p .venv "\${PWD}/../../../outside/bin"
SETUP
    set_value 'RDVC_JOB_ENV_ACTIVATE="PATH=\$PWD/../../../outside/bin:\$PATH"'
    commit
    job true
    log_has 'which is not in env.outside'
}

@test "the first bytecode of a package outside of the checkout is no installation" {
    "${python}" -m venv --without-pip "${root}/v"
    set_value "PATH=${root}/v/bin:\${PATH}"
    mkdir "$(echo "${root}"/v/lib/python3*/site-packages)/pk"
    {
        printf '(cd %s/v/lib/python3*/site-packages/pk && mkdir __pycache__)\n' "${root}"
        small_venv
    } | setup_script
    commit
    job true
    log_has 'is made'
    job true
    was_reused
}

# bats test_tags=long
@test "files that setup names in other ways belong to the key" {
    mkdir -p requirements tools d helpers
    printf -- '-r base.txt\n' >requirements/dev.txt
    printf 'one\n' >requirements/base.txt
    printf 'flag=1\n' >d/prod.list
    ln -s d/prod.list settings.list
    printf 'x\n' >größe.txt
    printf 'from helpers.flags import F\n' >setup.py
    printf 'from .arch import F\n' >helpers/flags.py
    printf 'F = 1\n' >helpers/arch.py
    touch helpers/__init__.py
    setup_script <<'SETUP'
mkdir -p .venv/bin
touch .venv/bin/activate
cat requirements/dev.txt settings.list größe.txt >/dev/null
python3 - <<PY
import tools.make
PY
SETUP
    printf 'pass\n' >tools/make.py
    commit
    job true
    job true
    was_reused
    local file
    for file in requirements/base.txt d/prod.list größe.txt helpers/arch.py tools/make.py; do
        printf '# changed\n' >>"${file}"
        commit
        job true
        log_has 'is made: '
        log_has "$(basename "${file}" | sed 's/prod.list/settings.list/')"
        job true
        was_reused
    done
}

# bats test_tags=long
@test "a commit's name that setup asks for in any spelling belongs to the key; where the checkout is does not" {
    local spelling
    for spelling in "python3 -c \"import subprocess as s; print(s.check_output(['git', 'rev-parse', 'HEAD']))\"" \
        'git -C "$PWD" log -1 --format=%H' 'git branch --show-current; cat .git/HEAD'; do
        { small_venv; printf '%s >.venv/commit\n' "${spelling}"; } | setup_script
        commit
        job true
        commit 'Another commit'
        job true
        log_has 'is made: version:'
    done
    { small_venv; echo 'cd "$(git rev-parse --show-toplevel)"'; } | setup_script
    commit
    job true
    commit 'Another commit'
    job true
    was_reused
}

# bats test_tags=long
@test "a package that moved, tiny modules and programs that were copied, files that setup removes" {
    python_project src
    pip_setup -e .
    commit
    job true
    job true
    was_reused
    git mv src/pk pk
    commit
    job true
    log_has 'is made: '
    setup_script <<'SETUP'
mkdir -p .venv/lib
cp tiny.py .venv/lib/tiny.py
SETUP
    printf 'def f(): return 1\n' >tiny.py
    set_value 'RDVC_JOB_ENV_ACTIVATE='
    set_value 'TEST_ENV_IGNORE=(tiny.py)'
    commit
    job true
    log_has 'is a copy of tiny.py'
    mkdir -p bin
    printf '#!/usr/bin/env python3\nprint(1)\n' >bin/tool
    printf 'mkdir -p .venv/bin; for f in bin/*; do { echo "#!/opt/python"; tail -n +2 "$f"; } >.venv/$f; done\n' | setup_script
    commit
    job true
    log_has 'is a copy of bin/tool'
    printf '/data.in\n' >>.gitignore
    printf 'mkdir -p .venv; cp data.in .venv/in; rm data.in\n' | setup_script
    commit
    export TEST_COPIES='echo x >data.in'
    job true
    log_has 'setup removes data.in'
    unset TEST_COPIES
}
