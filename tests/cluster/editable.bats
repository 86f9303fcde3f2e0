# Editable installs that know more about the code than its folder: setuptools' strict ones, and
# those whose version is made from Git's tags. Whatever a job that reuses such an environment finds
# is what a fresh one would have.

load support

setup_file() {
    start_tools
    take_tools setuptools_scm vcs_versioning hatchling hatch_vcs editables packaging pathspec pluggy trove_classifiers
}

setup() {
    start_test
}

teardown() {
    stop_test
}

# A package `pk` in the folder $1 (`.` for none) with a data file and a program `say`.
python_project() {
    mkdir -p "$1/pk/sub" "$1/pk/data"
    printf 'def f(): return "one"\n' >"$1/pk/__init__.py"
    printf 'from pk import f\ndef main(): print("say", f())\n' >"$1/pk/cli.py"
    printf 'x = 1\n' >"$1/pk/sub/__init__.py"
    printf 'one\n' >"$1/pk/data/table.txt"
    cat >pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "my-pk"
version = "1.0"
[project.scripts]
say = "pk.cli:main"
[tool.setuptools.package-data]
pk = ["data/*.txt"]
[tool.setuptools.packages.find]
include = ["pk*"]
TOML
    [[ $1 == . ]] || printf 'where = ["%s"]\n' "$1" >>pyproject.toml
}

# Everything that setup has left, as a text: names, targets of links, and the files that pip and
# setuptools wrote.
look='
echo "$(say) $(python -c "import pk; print(pk.f(), pk.__file__)")"
python -c "from importlib.metadata import files, version; print(version(\"my-pk\"), [str(f) for f in files(\"my-pk\") if f.suffix != \".pyc\" and not f.locate().exists()])"
git status --porcelain --ignored | grep -v __pycache__
for file in $(find build -type f -o -type l 2>/dev/null | sort); do echo "$file: $(readlink -f "$file")"; done
cd .venv/lib/python3*/site-packages
for file in $(ls -d *pk*/* *pk*.p* | grep -v pyc); do echo "== $file"; sed "/bin.say/s/sha256=[^,]*//; /direct_url.json/s/sha256=[^,]*//; /_pk.*\.p/s/sha256=[^,]*//" "$file"; done'

# bats test_tags=long
@test "a strict editable install runs this job's code; a new module makes a new environment" {
    local layout
    for layout in src .; do
        python_project "${layout}"
        pip_setup --config-settings editable_mode=strict -e .
        commit
        job say
        log_has 'is kept for later jobs'
        printf 'from pk.sub import x\ndef f(): return "two %%s" %% x\n' >"${layout}/pk/__init__.py"
        printf 'two\n' >"${layout}/pk/data/table.txt"
        same_as_fresh bash -c "${look}; cat \$(python -c 'import pk, os; print(os.path.dirname(pk.__file__))')/data/table.txt"
        was_reused
        [[ ${said} == *'say two 1'*WS/project/build/__editable__.*two* ]]
        mkdir -p notes
        printf 'x\n' >notes/new.txt
        job say
        was_reused
        local file
        for file in pk/more.py pk/data/more.txt; do
            printf 'y = 2\n' >"${layout}/${file}"
            same_as_fresh bash -c "${look}"
            log_has 'is made: modules-of-code'
            [[ ${said} == *"${file}: WS/project/"* ]]
        done
        printf 'y = 3\n' >"${layout}/pk/more.py"
        same_as_fresh bash -c "${look}"
        was_reused
        git rm --quiet -rf .
        remove_folder "${store}"
    done
}

# The project's version is made by setuptools-scm, and written to the file $1.
scm_project() {
    sed -i -e 's/^version = .*/dynamic = ["version"]/; s/"setuptools"\]/"setuptools", "setuptools-scm"]/' pyproject.toml
    printf '[tool.setuptools_scm]\nversion_file = "%s"\n' "$1" >>pyproject.toml
    printf '%s\n' "$1" >>.gitignore
}

# Versions of all kinds, one after the other: only the first ones make an environment.
through_versions() {
    local look="${look}"$'\n'"cat \${OLDPWD}/$1"
    commit
    git tag v1.2.0
    job say
    job say
    was_reused
    commit
    same_as_fresh bash -c "${look}"
    log_has 'is made: version: 1.2.0 was that of a tag'
    [[ ${said} == *"1.2.1.dev1+g$(git rev-parse --short=7 HEAD)"* ]]
    printf '# edited\n' >>"$2"
    local left=$((86400 - EPOCHSECONDS % 86400)) # the version has the day in it
    ((left > 120)) || sleep "$((left + 1))"
    same_as_fresh bash -c "${look}"
    was_reused
    [[ ${said} == *".d$(date -u +%Y%m%d)"* ]]
    commit
    same_as_fresh bash -c "${look}"
    was_reused
    [[ ${said} == *"1.2.1.dev2+g$(git rev-parse --short=7 HEAD)"* ]]
    git tag v2024.06
    same_as_fresh bash -c "${look}"
    was_reused
    [[ ${said} == *2024.6* ]]
    [[ $(find "${store}" -name info | wc -l) -eq 2 ]]
}

# bats test_tags=long
@test "a strict editable install with setuptools-scm: commits and edits write their version into the view" {
    python_project src
    scm_project src/pk/_version.py
    pip_setup --config-settings editable_mode=strict -e .
    through_versions src/pk/_version.py src/pk/__init__.py
}

# bats test_tags=long
@test "the files that setuptools-scm writes beside the code are those of this commit, too" {
    python_project src
    scm_project src/pk/_version.py
    pip_setup -e .
    printf 'PYTHONPATH=%q .venv/bin/python -c "import setuptools; setuptools.setup()" -q egg_info\n' "${tools}/build" >>init_env.sh
    commit
    git tag v1.2.0
    commit
    job say
    log_has 'is kept for later jobs'
    printf '# edited\n' >>src/pk/__init__.py
    same_as_fresh bash -c "${look}; cat \${OLDPWD}/src/my_pk.egg-info/{PKG-INFO,scm_version.json}"
    was_reused
    [[ ${said} == *'"dirty": true'* ]]
}

# bats test_tags=long
@test "an editable install with an import hook and setuptools-scm" {
    python_project .
    scm_project pk/_version.py
    pip_setup -e .
    through_versions pk/_version.py pk/__init__.py
}

# bats test_tags=long
@test "a version without the commit is that of this commit; other schemes and other places of it are in the key" {
    python_project src
    scm_project src/pk/_version.py
    printf 'local_scheme = "no-local-version"\n' >>pyproject.toml
    pip_setup -e .
    commit
    git tag v1.2.0
    commit 'One'
    job say
    git reset --quiet --hard v1.2.0
    commit 'Another'
    same_as_fresh bash -c "${look}; cat \${OLDPWD}/src/pk/_version.py"
    was_reused
    [[ ${said} == *1.2.1.dev1$'\n'* ]]

    echo 'grep -o "[.0-9]*dev1" src/pk/_version.py | head -n 1 >.venv/seen; echo . >>.venv/seen' >>init_env.sh
    commit
    git tag v1.3.0
    commit
    job say
    log_has 'each commit and each edit has an environment of its own'
    log_has './.venv/seen has the version in it'
    commit
    same_as_fresh bash -c "${look}; cat \${OLDPWD}/.venv/seen"
    log_has 'is made: version: v1.3.0-1-g'

    pip_setup -e .
    printf 'version_scheme = "post-release"\n' >>pyproject.toml
    commit
    job say
    log_has 'each commit and each edit has an environment of its own'
    commit
    same_as_fresh bash -c "${look}"
    log_has 'is made: version: v1.3.0-3-g'
}

# bats test_tags=long
@test "an editable install with hatch-vcs" {
    python_project src
    cat >pyproject.toml <<'TOML'
[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"
[project]
name = "my-pk"
dynamic = ["version"]
[project.scripts]
say = "pk.cli:main"
[tool.hatch.version]
source = "vcs"
[tool.hatch.build.hooks.vcs]
version-file = "src/pk/_version.py"
[tool.hatch.build.targets.wheel]
packages = ["src/pk"]
TOML
    printf '_version.py\n' >>.gitignore
    pip_setup -e .
    through_versions src/pk/_version.py src/pk/__init__.py
}

@test "a reused environment looks to Git as a fresh one does" {
    setup_script <<'SETUP'
mkdir -p .venv/bin .venv/lib node_modules/package src/pk.egg-info data/made .cache/deep
printf '*\n' | tee .venv/.gitignore >.cache/.gitignore
printf '/deep/\n' >data/made/.gitignore && mkdir data/made/deep && touch data/made/{deep/,}file
printf '*.bin text\n' >data/made/.gitattributes && printf 'deep\n' >data/made/.dvcignore
printf 'PATH="%s:$PATH"\n' "$PWD/.venv/bin" >.venv/bin/activate
printf 'home = /usr/bin\n' >.venv/pyvenv.cfg
touch node_modules/package/index.js src/pk.egg-info/PKG-INFO .cache/deep/file
SETUP
    printf 'node_modules/\n*.egg-info/\n' >.gitignore
    mkdir src
    touch src/code.py
    commit
    job true
    same_as_fresh bash -c 'git status --porcelain --ignored 2>&1; find . -name ".git[ai]*" -o -name .dvcignore | sort | xargs stat -c "%n %F"'
    was_reused
    [[ ${said} != *symbolic* ]]
}
