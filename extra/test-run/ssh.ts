import { ensureSshd } from "../testbed/sshd.ts";
import { TestbedUnavailable } from "../testbed/unavailable.ts";

/** Sees that there is an SSH server for journeys; where there can be none, the reason is said. */
export async function prepareSsh(say: (text: string) => void): Promise<void> {
    try {
        await ensureSshd(say);
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        say(`SKIPPED, because there is no SSH server: the journeys over SSH. ${error.message}`);
    }
}
