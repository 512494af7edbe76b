import { volumeIn } from "./references.ts";
import { assignments, either, flag, list, map, number, oneOf, plain, text, type Value } from "./value.ts";

/** Ports that are opened on the machine. */
export const ports: Value = list(
    "Ports that are opened on the machine, as HOST:CONTAINER.",
    either(
        plain("HOST:CONTAINER, such as 8080:80."),
        map("A port.", {
            target: plain("The port in the container."),
            published: plain("The port on the machine."),
            host_ip: text("The machine's address that is listened on.", ["127.0.0.1", "0.0.0.0"]),
            protocol: oneOf("tcp or udp.", ["tcp", "udp", "sctp"]),
            app_protocol: text("The protocol that is spoken, such as http.", ["http", "https"]),
            mode: oneOf("host or ingress.", ["host", "ingress"]),
            name: text("A name for people."),
        }),
    ),
);

/** Folders and volumes in the container. */
export const mounts: Value = list(
    "Volumes and folders of the machine in the container, as SOURCE:TARGET.",
    either(
        { ...text("VOLUME:/path or ./folder:/path, with :ro for reading only."), names: "volumes", nameIn: volumeIn },
        map("A volume, a folder, or memory.", {
            type: oneOf("What is mounted.", ["volume", "bind", "tmpfs", "npipe", "cluster", "image"]),
            source: text("The volume's name, or the path on the machine."),
            target: text("The path in the container."),
            read_only: flag("Whether it can only be read."),
            consistency: text("How strictly it is kept the same."),
            bind: map("Settings of a folder.", {
                propagation: oneOf("How mounts inside of it spread.", [
                    "private",
                    "rprivate",
                    "shared",
                    "rshared",
                    "slave",
                    "rslave",
                ]),
                create_host_path: flag("Makes the folder where it is missing."),
                selinux: oneOf("z: shared, Z: private.", ["z", "Z"]),
                recursive: oneOf("How mounts inside of it are treated.", [
                    "enabled",
                    "disabled",
                    "writable",
                    "readonly",
                ]),
            }),
            volume: map("Settings of a volume.", {
                nocopy: flag("Does not fill the volume from the image."),
                subpath: text("A folder inside of the volume."),
                labels: assignments("Labels of the volume."),
            }),
            tmpfs: map("Settings of memory.", {
                size: plain("How large it may get."),
                mode: number("Its permissions."),
            }),
            image: map("Settings of an image.", { subpath: text("A folder inside of the image.") }),
        }),
    ),
);
