import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AppError } from "../../../../common/errors.ts";

const programs = ["ssh", "ssh-agent", "ssh-add"];

/** Throws AppError `unavailable` where OpenSSH's client is not in PATH, and says how to get it. */
export async function requireSshPrograms(path: string): Promise<void> {
    for (const program of programs) {
        if (!(await isInPath(program, path))) {
            throw new AppError(
                "unavailable",
                `${program}: is not installed on this machine, so SSH addresses cannot be reached; install OpenSSH's ` +
                    "client (Debian and Ubuntu: apt install openssh-client; Alpine: apk add openssh-client; Fedora: " +
                    "dnf install openssh-clients), or use the https address with a token",
                { details: { errorCode: "internal" } },
            );
        }
    }
}

async function isInPath(program: string, path: string): Promise<boolean> {
    for (const folder of path.split(delimiter).filter((entry) => entry !== "")) {
        const found = await access(join(folder, program), constants.X_OK).then(
            () => true,
            () => false,
        );
        if (found) {
            return true;
        }
    }
    return false;
}
