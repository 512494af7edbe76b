import { assignments, either, entries, flag, list, map, number, oneOf, plain, text, type Value } from "./value.ts";

const change = {
    parallelism: number("How many containers are replaced at a time."),
    delay: text("The pause between them, such as 10s."),
    failure_action: oneOf("What happens when it fails.", ["continue", "rollback", "pause"]),
    monitor: text("How long each one is watched for failure."),
    max_failure_ratio: number("The share of failures that is tolerated."),
    order: oneOf("Whether the old container stops before the new one starts.", ["stop-first", "start-first"]),
};

const device = {
    capabilities: list(
        "What the device can do, such as gpu.",
        text("A capability.", ["gpu", "tpu", "compute", "utility"]),
    ),
    count: either(plain("How many; all by default."), text("How many.", ["all"])),
    device_ids: list("The devices by their ids; instead of count."),
    driver: text("The device's driver, such as nvidia.", ["nvidia", "cdi"]),
    options: assignments("Options of the driver."),
};

/** Devices such as graphics cards. */
export const devices: Value = list("Devices such as graphics cards.", map("A device.", device));

const cpus = plain("How many cores, such as 0.5.");
const memory = text("How much memory, such as 512M.");

/** How a service is run. */
export const deploy: Value = map("How many containers run, and what they may use.", {
    mode: oneOf("replicated or global.", ["replicated", "global", "replicated-job", "global-job"]),
    replicas: number("How many containers run."),
    endpoint_mode: oneOf("How clients find the service.", ["vip", "dnsrr"]),
    labels: assignments("Labels of the service, not of its containers."),
    placement: map("Where the containers run.", {
        constraints: list("What a machine must be."),
        preferences: list("How containers are spread.", map("A preference.", { spread: text("A label.") })),
        max_replicas_per_node: number("The most on one machine."),
    }),
    resources: map("What the containers may use.", {
        limits: map("The most that they get.", {
            cpus,
            memory,
            pids: number("How many processes."),
        }),
        reservations: map("What is kept free for them.", {
            cpus,
            memory,
            devices,
            generic_resources: list("Resources of other kinds.", entries("A resource.", entries("A resource."))),
        }),
    }),
    restart_policy: map("When containers are started again.", {
        condition: oneOf("When they are started again.", ["none", "on-failure", "any"]),
        delay: text("The pause before, such as 5s."),
        max_attempts: number("How often."),
        window: text("How long a start is watched."),
    }),
    rollback_config: map("How an update is taken back.", change),
    update_config: map("How containers are replaced.", change),
});

/** Whether a model or a graphics card: `all` or a list. */
export const gpus: Value = either(text("Graphics cards that the containers may use.", ["all"]), devices);

/** Rules for working on the code while the stack runs. */
export const develop: Value = map("What `docker compose watch` does.", {
    watch: list(
        "Paths that are watched.",
        map("A path that is watched.", {
            action: oneOf(
                "What a change does.",
                ["rebuild", "restart", "sync", "sync+restart", "sync+exec"],
                /^(rebuild|restart|sync(\+(restart|exec))?)$/,
            ),
            path: text("The watched path."),
            target: text("Where it goes in the container."),
            ignore: either(list("Patterns that are left out."), text("A pattern that is left out.")),
            include: either(list("Patterns that are watched."), text("A pattern that is watched.")),
            initial_sync: flag("Whether everything is copied at the start."),
            exec: map("A command that runs in the container after a change.", {
                command: either(text("The command."), list("The command.")),
                user: text("Who runs it."),
                privileged: flag("With all privileges."),
                working_dir: text("Where it runs."),
                environment: assignments("Its variables."),
            }),
        }),
    ),
});
