# --- Main -----------------------------------------------------------------------------------------

main() {
    set_traps

    # 1. Clone the project at the submitted commit
    create_workspace
    clone_project
    write_dvc_config

    # 2. Set up its environment
    set_up_environment
    activate_environment
    check_dvc

    # 3. Run the experiment
    run_experiment

    # 4. Push its results
    publish_experiment
}

main
