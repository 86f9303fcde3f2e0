#!/bin/bash
#
# Made by rdvc. It can be read, changed and run by hand in an interactive allocation
# (salloc, then: srun --pty bash, then: bash THIS_FILE).
#
# shellcheck disable=SC2016,SC2088 # the values below are data, not code
#
#SBATCH --job-name=rdvc-run:rdvc-demo-project:main
#SBATCH --wckey=rdvc-demo-project
#SBATCH --signal=B:USR1@120
#SBATCH --comment=rdvc:0123456789abcdef0123456789abcdef

# --- What to run -----------------------------------------------------------------

export RDVC_DIR="${RDVC_DIR:-${HOME}/.rdvc}"
export RDVC_JOB_TOKEN=0123456789abcdef0123456789abcdef
export RDVC_JOB_REPO_NAME=rdvc-demo-project
export RDVC_JOB_REPO_URL="${RDVC_DIR}"/repos/rdvc-demo-project-7f3a9c1d.git
export RDVC_JOB_REPO_BRANCH=main
export RDVC_JOB_REPO_REV=c0ffee0123456789c0ffee0123456789c0ffee01
export RDVC_JOB_SNAPSHOT=5a9500123456789c0ffee0123456789c0ffee010
export RDVC_JOB_EXTRAS=e87a50123456789c0ffee0123456789c0ffee012
RDVC_JOB_SUBMODULES=('libs/my data' da7a00123456789c0ffee0123456789c0ffee013 data-0123abcd.git '' 'libs/my data/it'\''s' da7a10123456789c0ffee0123456789c0ffee014 its-4567abcd.git '')
export RDVC_JOB_CODE=ssh
export RDVC_JOB_PROJECT_ID=rdvc-demo-project-7f3a9c1d
export RDVC_JOB_ORIGIN_URL=git@github.com:alice/rdvc-demo-project.git
export RDVC_JOB_USER_NAME='Alice O'\''Hara'
export RDVC_JOB_USER_EMAIL=alice@example.org
export RDVC_JOB_PROJECT_DIR=''
export RDVC_JOB_SUBDIR=''
export RDVC_JOB_CACHE_DIR="${RDVC_DIR}/cache"
export RDVC_JOB_CACHE_GROUP=0
export RDVC_JOB_DATA=ssh
RDVC_JOB_SKIPPED=()
export RDVC_JOB_WORKSPACE_ROOT=''
export RDVC_JOB_MIN_FREE=1G
export RDVC_JOB_GRACE=20
export RDVC_JOB_WARNING=120
export RDVC_JOB_WARNING_SHARE=5
export RDVC_JOB_SAVE_INTERVAL=300
export RDVC_JOB_LIVE_INTERVAL=5
export RDVC_JOB_MAX_RESTARTS=3
export RDVC_JOB_REQUEUE=0
export RDVC_JOB_ENV_SETUP=./init_python_venv.sh
export RDVC_JOB_ENV_ACTIVATE='source .venv/bin/activate'
export RDVC_JOB_ENV_WHERE=login
export RDVC_JOB_ENV_REUSE=0
export RDVC_JOB_ENV_FRESH=1
RDVC_JOB_ENV_OUTSIDE=('~/miniconda3')
export RDVC_JOB_EXP_NAME=exp-0123456789ab
export RDVC_JOB_ONLY=''
export RDVC_JOB_KIND=experiment
export RDVC_JOB_EXP_FORCE=0
export RDVC_JOB_PULL=1
export RDVC_JOB_ALLOW_MISSING=1
RDVC_JOB_KEPT=()
RDVC_JOB_LEFT_OUT=()
RDVC_JOB_PERSIST=()
RDVC_JOB_METRICS=()
RDVC_JOB_PLOTS=()
RDVC_JOB_EXP_RUN_OPTIONS=()
RDVC_JOB_FUNCTIONS="${RDVC_DIR}/functions/HASH"

