/** Why a test bed cannot be had on this machine. */
export type UnavailableReason =
    | "not_linux"
    | "not_root"
    | "no_apt"
    | "unsupported_system"
    | "no_network"
    | "no_subnet"
    | "engine_failed"
    | "browser_failed";

/** The exit status of the commands where a bed cannot be had: a reason to skip, not a failure. */
export const UNAVAILABLE_EXIT_CODE = 3;

/** Thrown where the machine cannot carry a test bed; the message is one sentence for people. */
export class TestbedUnavailable extends Error {
    constructor(
        readonly reason: UnavailableReason,
        message: string,
    ) {
        super(message);
        this.name = "TestbedUnavailable";
    }
}
