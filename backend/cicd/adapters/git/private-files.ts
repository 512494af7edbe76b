import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askpassVariables, passphraseVariable, type PrivateFiles, sshDirectoryVariable } from "./environment.ts";
import { serverAlias, sessionFiles } from "./ssh-config.ts";

const { scheme, server, count, most } = askpassVariables;

/**
 * Prints what git and git-lfs ask for from the environment, for the repository's own server only: a server of large
 * files may lead to another, which asks too. Holds no secret itself.
 */
const askpassScript = `#!/bin/sh
case "$1" in
*[\\"\\']"$${scheme}://$${server}"[\\"\\']* | *[\\"\\']"$${scheme}://"*"@$${server}"[\\"\\']*) ;;
*) exit 1 ;;
esac
if [ -n "$${count}" ]; then
    printf x >>"$${count}"
    [ "$(wc -c <"$${count}")" -le "$${most}" ] || exit 1
fi
case "$1" in
Username*) printf '%s\\n' "$${askpassVariables.username}" ;;
*) printf '%s\\n' "$${askpassVariables.token}" ;;
esac
`;

/** A wrong passphrase is asked for again, in other words: that is where it ends. */
const passphraseScript = `#!/bin/sh
case "$1" in
Enter*) printf '%s\\n' "$${passphraseVariable}" ;;
*) exit 1 ;;
esac
`;

/**
 * Of what git says only the last word counts, the command on the other side: who and where stand in the configuration,
 * so that nothing in an address can become an option of ssh.
 */
const sshScript = `#!/bin/sh
for command; do :; done
case "$command" in
git-*) cd "$${sshDirectoryVariable}" && exec ssh -F ${sessionFiles.config} -- ${serverAlias} "$command" ;;
*) exit 1 ;;
esac
`;

/**
 * The server holds the script's input open: when that ends, however it ends, so does the agent. The script outlives the
 * signal that ends all three, because somebody has to collect them: in a container nobody else may.
 */
const agentScript = `#!/bin/sh
trap : TERM
ssh-agent -D -a ${sessionFiles.agent} </dev/null &
cat >/dev/null
kill "$!" 2>/dev/null
wait
`;

/** Makes git's private files under a directory of mode 0700, and removes what calls left there when they were killed. */
export async function makePrivateFiles(directory: string): Promise<PrivateFiles> {
    const own = join(directory, ".private");
    const files = {
        home: join(own, "home"),
        askpass: join(own, "askpass.sh"),
        ssh: join(own, "ssh.sh"),
        agent: join(own, "agent.sh"),
        passphrase: join(own, "passphrase.sh"),
    };
    await mkdir(files.home, { recursive: true, mode: 0o700 });
    await chmod(own, 0o700);
    await removeMatching(own, /^(checkout|ssh|questions)-/);
    await removeMatching(directory, /\.git\.[0-9a-f]{12}$/);
    await writeScript(files.askpass, askpassScript);
    await writeScript(files.ssh, sshScript);
    await writeScript(files.agent, agentScript);
    await writeScript(files.passphrase, passphraseScript);
    return files;
}

async function writeScript(file: string, script: string): Promise<void> {
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, script, { mode: 0o700 });
    await rename(draft, file);
}

async function removeMatching(directory: string, pattern: RegExp): Promise<void> {
    const left = (await readdir(directory)).filter((name) => pattern.test(name));
    await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}
