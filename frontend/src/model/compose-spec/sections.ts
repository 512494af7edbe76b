import { assignments, entries, either, flag, list, map, plain, text, type Value } from "./value.ts";

const external: Value = either(
    flag("It exists already; nothing is made or removed."),
    map("It exists already.", { name: text("Its name there.") }),
);
const labels = assignments("Labels.");
const driverOptions = entries("Options of the driver.");

export const network: Value = map("A network.", {
    name: text("Its name on the machine; the stack's name goes before it otherwise."),
    external,
    driver: text("How it is made.", ["bridge", "host", "overlay", "macvlan", "ipvlan", "none"]),
    driver_opts: driverOptions,
    attachable: flag("Other containers may join it."),
    enable_ipv4: flag("Whether it has IPv4 addresses."),
    enable_ipv6: flag("Whether it has IPv6 addresses."),
    internal: flag("No way out to other networks."),
    ipam: map("Its addresses.", {
        driver: text("Who gives addresses."),
        config: list(
            "Its address ranges.",
            map("A range.", {
                subnet: text("The range, such as 172.28.0.0/16."),
                ip_range: text("The part that containers get addresses of."),
                gateway: text("The gateway's address."),
                aux_addresses: entries("Addresses that are taken."),
            }),
        ),
        options: entries("Options of who gives addresses."),
    }),
    labels,
});

export const volume: Value = map("A volume.", {
    name: text("Its name on the machine; the stack's name goes before it otherwise."),
    external,
    driver: text("How it is made.", ["local"]),
    driver_opts: driverOptions,
    labels,
});

export const config: Value = map("A file that containers get.", {
    file: text("The file it is read from."),
    content: text("Its text itself."),
    environment: text("The variable that holds it."),
    external,
    name: text("Its name on the machine."),
    labels,
    template_driver: text("What fills its placeholders."),
});

export const secret: Value = map("A secret file that containers get.", {
    file: text("The file it is read from."),
    environment: text("The variable that holds it."),
    external,
    name: text("Its name on the machine."),
    labels,
    driver: text("Where it is kept."),
    driver_opts: driverOptions,
    template_driver: text("What fills its placeholders."),
});

export const include: Value = list(
    "Other compose files whose content belongs to this one.",
    either(
        plain("The path of a compose file."),
        map("Compose files.", {
            path: either(text("The file's path."), list("The files' paths.")),
            project_directory: text("The folder that relative paths start from."),
            env_file: either(text("A file with variables."), list("Files with variables.")),
        }),
    ),
);

export const model: Value = map("An AI model that services use.", {
    name: text("Its name."),
    model: text("The model, as an OCI artifact."),
    context_size: plain("The most tokens it works with."),
    runtime_flags: list("Flags of what runs it."),
});
