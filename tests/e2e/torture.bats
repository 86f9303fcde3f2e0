#!/usr/bin/env bats
# The torture in its short form: any broken promise is a failure. A row that fails keeps its folder.

# bats file_tags=long

bats_require_minimum_version 1.5.0

torture() { "${RDVC_SOURCE_FOLDER}/tests/torture/torture" --short "$@" 3>&-; }

@test "the ledger survives a cut anywhere, and two rdvc at once" { torture ledger; }

@test "rdvc logs -f prints the log byte for byte over a connection that drops" { torture drops; }

@test "ssh killed at random points of submissions: one job each, or certainly none" { torture submissions; }

@test "a job that SLURM has forgotten is lost, whichever job has its id now" { torture reuse; }

# bats test_tags=root
@test "a job that squeue does not show is alive" {
    ((EUID == 0)) || skip "a user who is no operator of the sandbox needs root"
    torture hidden
}

@test "a missing answer from SLURM never counts as an end" { torture controller; }

@test "hostile strings arrive as they are or are refused, and nothing is executed" { torture hostile; }

# bats test_tags=root
@test "a job that is ended says why, keeps what it has and leaves nothing" { torture stops; }

# bats test_tags=root
@test "a node that dies loses nothing that had reached the shared folder" { torture node; }

# bats test_tags=root
@test "each task of a sweep on four nodes is published or named, with the controller and a node killed" {
    ((EUID == 0)) || skip "four nodes need root"
    torture sweep
}

@test "pull and recover, killed between steps, complete when they are repeated" { torture kills; }

@test "rdvc run -n NAME, killed between steps and repeated, has one job" { torture kills_run; }
