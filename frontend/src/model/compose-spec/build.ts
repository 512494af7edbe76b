import { reference } from "./references.ts";
import { assignments, either, entries, flag, list, map, number, plain, text, textOrList, type Value } from "./value.ts";

const secretUse = "A secret that is given to the build.";

export const ulimits: Value = entries(
    "Limits of the processes in the container.",
    either(
        number("Soft and hard limit."),
        map("Soft and hard limit.", { soft: number("The soft limit."), hard: number("The hard limit.") }),
    ),
);

/** Names and addresses; a name may have several. */
export function hosts(doc: string): Value {
    const addresses = "The name's addresses.";
    return either(entries(doc, either(plain(addresses), list(addresses))), list(doc));
}

/** A secret or a config as it is given to a container or to a build. */
export function grants(doc: string, names: "secrets" | "configs"): Value {
    const long = map(doc, {
        source: reference("Its name in this file.", names),
        target: text("The file's path in the container."),
        uid: text("The file's owner."),
        gid: text("The file's group."),
        mode: plain("The file's permissions, such as 0440."),
    });
    return list(doc, either(reference(doc, names), long));
}

/** How an image is built. */
export const build: Value = either(
    map("Builds the image from a Dockerfile.", {
        context: text("The folder, or the address of a repository, that the build sees."),
        dockerfile: text("The Dockerfile's path in the context; Dockerfile by default."),
        dockerfile_inline: text("The Dockerfile's text itself."),
        args: assignments("Values of the Dockerfile's ARG lines."),
        additional_contexts: assignments("More contexts that the Dockerfile can name."),
        cache_from: list("Images and caches whose layers may be reused."),
        cache_to: list("Where the build's cache is kept."),
        entitlements: list("Privileges that the build is allowed to use."),
        extra_hosts: hosts("Lines for the build's /etc/hosts."),
        isolation: text("The isolation technology of the build."),
        labels: assignments("Labels of the image."),
        network: text("The network that RUN lines use.", ["host", "none", "default"]),
        no_cache: flag("Builds every layer anew."),
        no_cache_filter: textOrList("The stages that are built without a cache."),
        platforms: list("The platforms that the image is built for."),
        privileged: flag("Builds with elevated privileges."),
        provenance: plain("Whether and how provenance is attached to the image."),
        pull: flag("Pulls base images even where they are here."),
        sbom: plain("Whether and how a list of the image's software is attached."),
        secrets: grants(secretUse, "secrets"),
        shm_size: plain("The size of /dev/shm in the build, such as 256m."),
        ssh: assignments("SSH agents and keys that the build may use."),
        tags: list("More names for the image."),
        target: text("The stage of the Dockerfile to build."),
        ulimits,
    }),
    text("The folder that the image is built from."),
);
