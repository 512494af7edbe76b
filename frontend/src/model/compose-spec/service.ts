import { build, grants, hosts, ulimits } from "./build.ts";
import { deploy, develop, gpus } from "./deploy.ts";
import { mounts, ports } from "./ports-and-mounts.ts";
import { references, serviceMode } from "./references.ts";
import {
    assignments,
    either,
    entries,
    flag,
    list,
    map,
    number,
    oneOf,
    plain,
    text,
    textOrList,
    type Value,
} from "./value.ts";

const command = "The command that the container runs, instead of the image's.";
const hook = list(
    "Commands that run beside the container's own.",
    map("A command.", {
        command: textOrList("The command."),
        user: text("Who runs it."),
        privileged: flag("With all privileges."),
        working_dir: text("Where it runs."),
        environment: assignments("Its variables."),
    }),
);
const weights = list(
    "Weights of devices.",
    map("A device.", { path: text("The device."), weight: number("Its weight.") }),
);
const rates = list("Limits of devices.", map("A device.", { path: text("The device."), rate: plain("Its limit.") }));

const dependency = map("What it waits for.", {
    condition: oneOf("What it waits for.", ["service_started", "service_healthy", "service_completed_successfully"]),
    restart: flag("Whether it is restarted when the other is."),
    required: flag("Whether it must be there; true by default."),
});

const attachment = map("How it is connected to the network.", {
    aliases: list("More names in the network."),
    ipv4_address: text("Its fixed IPv4 address."),
    ipv6_address: text("Its fixed IPv6 address."),
    link_local_ips: list("Link-local addresses."),
    mac_address: text("Its MAC address."),
    driver_opts: entries("Options of the driver."),
    interface_name: text("The interface's name in the container."),
    gw_priority: number("The network with the highest one is the way out."),
    priority: number("The order in which networks are joined."),
});

const healthcheck = map("How the engine finds out whether the service works.", {
    test: textOrList("The command that ends well when the service works."),
    interval: text("The pause between checks, such as 30s."),
    timeout: text("How long a check may take."),
    retries: number("How many failures make it unhealthy."),
    start_period: text("How long failures do not count after the start."),
    start_interval: text("The pause between checks during the start."),
    disable: flag("Switches the image's health check off."),
});

const logging = map("Where the containers' output goes.", {
    driver: text("Who keeps it.", ["json-file", "local", "journald", "syslog", "fluentd", "gelf", "none"]),
    options: entries("Options of the driver, such as max-size."),
});

const environmentFile = either(
    text("A file with variables for the container."),
    list(
        "Files with variables for the container.",
        either(
            text("A file's path."),
            map("A file.", {
                path: text("The file's path."),
                required: flag("Whether it must be there."),
                format: text("How it is read.", ["raw"]),
            }),
        ),
    ),
);

/** Restart policies. */
export const restartPolicies = ["no", "always", "on-failure", "unless-stopped"] as const;

/** A service: containers of one image. */
export const service: Value = map("A service: containers of one image.", {
    image: text("The image that the containers are made of, as NAME:TAG."),
    build,
    container_name: text("The container's name on the machine; only one container can run then."),
    restart: oneOf(
        "When the container is started again.",
        restartPolicies,
        /^(no|always|unless-stopped|on-failure(:\d+)?)$/,
    ),
    ports,
    expose: list("Ports that other services reach; not opened on the machine."),
    volumes: mounts,
    environment: assignments("Variables of the container."),
    env_file: environmentFile,
    depends_on: references("Services that are started before this one.", "services", dependency),
    networks: references("The networks that it is connected to.", "networks", attachment),
    network_mode: serviceMode("Which network it uses instead of networks.", ["bridge", "host", "none"]),
    command: textOrList(command),
    entrypoint: textOrList("The program that the container runs, instead of the image's."),
    healthcheck,
    labels: assignments("Labels of the containers."),
    label_file: textOrList("Files with labels."),
    logging,
    deploy,
    develop,
    secrets: grants("Secrets that the containers get as files.", "secrets"),
    configs: grants("Files that the containers get.", "configs"),
    gpus,
    extends: either(
        map("Takes over what another service says.", {
            service: text("The other service's name."),
            file: text("The file it stands in; this one by default."),
        }),
        text("The other service's name."),
    ),
    profiles: list("Starts only when one of these profiles is on."),
    annotations: assignments("Annotations of the containers."),
    attach: flag("Whether `docker compose up` shows its output."),
    blkio_config: map("Limits of reading and writing.", {
        weight: number("Its share, 10 to 1000."),
        weight_device: weights,
        device_read_bps: rates,
        device_read_iops: rates,
        device_write_bps: rates,
        device_write_iops: rates,
    }),
    cap_add: list(
        "Capabilities that are added.",
        text("A capability.", ["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_TIME", "ALL"]),
    ),
    cap_drop: list("Capabilities that are taken away.", text("A capability.", ["ALL", "NET_RAW"])),
    cgroup: oneOf("The cgroup namespace.", ["host", "private"]),
    cgroup_parent: text("The parent cgroup."),
    cpu_count: number("How many processors."),
    cpu_percent: number("The share of the processors."),
    cpu_period: plain("The scheduler's period."),
    cpu_quota: plain("The scheduler's quota."),
    cpu_rt_period: plain("The real-time scheduler's period."),
    cpu_rt_runtime: plain("The real-time scheduler's run time."),
    cpu_shares: plain("Its weight beside other containers."),
    cpus: plain("How many cores, such as 0.5."),
    cpuset: plain("Which cores, such as 0-3."),
    credential_spec: map("The credential of a managed account.", {
        config: text("The config that holds it."),
        file: text("The file that holds it."),
        registry: text("The registry key that holds it."),
    }),
    device_cgroup_rules: list("Rules for devices."),
    devices: list(
        "Devices of the machine, as HOST:CONTAINER.",
        either(
            text("HOST:CONTAINER."),
            map("A device.", {
                source: text("The device on the machine."),
                target: text("Its path in the container."),
                permissions: text("What is allowed, such as rwm."),
            }),
        ),
    ),
    dns: textOrList("Name servers."),
    dns_opt: list("Options of the resolver."),
    dns_search: textOrList("Domains that names are looked up in."),
    domainname: text("The container's domain."),
    external_links: list("Containers of other stacks."),
    extra_hosts: hosts("Lines for /etc/hosts."),
    group_add: list("More groups of the user."),
    hostname: text("The container's host name."),
    init: flag("Runs a small init that ends child processes."),
    ipc: serviceMode("The IPC namespace.", ["host", "private", "shareable", "none"]),
    isolation: text("The isolation technology."),
    links: list("Services under other names."),
    mac_address: text("The container's MAC address."),
    mem_limit: plain("The most memory, such as 512m."),
    mem_reservation: plain("The memory that is kept for it."),
    mem_swappiness: plain("How soon memory is swapped, 0 to 100."),
    memswap_limit: plain("The most memory and swap together."),
    models: either(
        list("AI models that it uses."),
        entries(
            "AI models that it uses.",
            map("A model.", {
                endpoint_var: text("The variable that gets its address."),
                model_var: text("The variable that gets its name."),
            }),
        ),
    ),
    oom_kill_disable: flag("Is not ended when memory runs out."),
    oom_score_adj: number("How soon it is ended when memory runs out."),
    pid: serviceMode("The process namespace.", ["host"]),
    pids_limit: plain("The most processes."),
    platform: text("The platform, such as linux/amd64.", ["linux/amd64", "linux/arm64"]),
    post_start: hook,
    pre_stop: hook,
    privileged: flag("Gives the container all privileges of the machine."),
    provider: map("Something that is no container.", {
        type: text("Who provides it."),
        options: entries("Options.", either(plain("An option."), list("An option."))),
    }),
    pull_policy: {
        ...oneOf("When the image is pulled.", ["always", "never", "missing", "build", "daily", "weekly"]),
        pattern: /^(always|never|missing|if_not_present|build|daily|weekly|refresh|every_.+)$/,
    },
    pull_refresh_after: text("How old a pulled image may get."),
    read_only: flag("The container's own files cannot be changed."),
    runtime: text("What runs the container.", ["runc", "nvidia"]),
    scale: number("How many containers run."),
    security_opt: list(
        "Security options.",
        text("An option.", ["no-new-privileges:true", "seccomp=unconfined", "apparmor=unconfined"]),
    ),
    shm_size: plain("The size of /dev/shm, such as 256m."),
    stdin_open: flag("Keeps the input open."),
    stop_grace_period: text("How long it may take to stop, such as 30s."),
    stop_signal: text("The signal that stops it.", ["SIGTERM", "SIGINT", "SIGQUIT"]),
    storage_opt: entries("Options of the storage."),
    sysctls: assignments("Kernel parameters."),
    tmpfs: textOrList("Folders in memory."),
    tty: flag("Gives the container a terminal."),
    ulimits,
    use_api_socket: flag("Gives the container the engine's API."),
    user: plain("Who runs the container's process, as USER or UID:GID."),
    userns_mode: text("The user namespace.", ["host"]),
    uts: text("The UTS namespace.", ["host"]),
    volumes_from: list("Takes over the mounts of a service or a container."),
    working_dir: text("The folder that the command starts in."),
});
