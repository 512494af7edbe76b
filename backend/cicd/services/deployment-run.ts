import type { DeploymentPhase, DeploymentStatus } from "../../../common/schema/deployment.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentChange, DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { LogWriter } from "../core/log-stream.ts";
import type { Command, CommandResult, RunOptions, TargetHost } from "../core/target-host.ts";

export interface DeploymentRunPorts {
    readonly deployments: Pick<DeploymentStore, "update" | "transition">;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
}

/** A line of a builder may be a mebibyte long. */
const longestSentence = 2000;

/**
 * One deployment while it runs: its row, its log and its phases. Every change goes to the database with the status
 * that is expected there; when another has changed it, `DeploymentFailure("interrupted")` is thrown and the run ends.
 */
export class DeploymentRun {
    readonly log: LogWriter;
    readonly signal: AbortSignal;
    readonly #ports: DeploymentRunPorts;
    readonly #mask: (text: string) => string;
    #record: DeploymentRecord;

    constructor(
        ports: DeploymentRunPorts,
        given: {
            readonly record: DeploymentRecord;
            readonly log: LogWriter;
            readonly signal: AbortSignal;
            readonly mask: (text: string) => string;
        },
    ) {
        this.#ports = ports;
        this.#record = given.record;
        this.#mask = given.mask;
        this.log = given.log;
        this.signal = given.signal;
    }

    get record(): DeploymentRecord {
        return this.#record;
    }

    get id(): string {
        return this.#record.id;
    }

    get stack(): string {
        return this.#record.stackId;
    }

    /** Throws the reason when the run was asked to end, or whatever else the signal stands for. */
    checkSignal(signal: AbortSignal = this.signal): void {
        if (signal.aborted) {
            throw failureOf(signal);
        }
    }

    /** Begins a phase; the one before ends. In the same UPDATE as `change`. */
    async enter(phase: DeploymentPhase, change: DeploymentChange = {}): Promise<void> {
        const isNew = this.#record.phase !== phase;
        const entered = isNew ? { ...change, phase, phases: this.#phasesWith(phase) } : change;
        if (Object.keys(entered).length > 0) {
            await this.change(entered);
        }
    }

    /** Changes fields of the row. */
    async change(change: DeploymentChange): Promise<void> {
        this.#keep(await this.#ports.deployments.update(this.id, this.#record.status, change));
    }

    /** Goes to another status, in the same UPDATE as `change`. */
    async become(status: DeploymentStatus, phase: DeploymentPhase, change: DeploymentChange = {}): Promise<void> {
        const phases = this.#phasesWith(phase);
        this.#keep(
            await this.#ports.deployments.transition(this.id, this.#record.status, status, {
                ...change,
                phase,
                phases,
            }),
        );
    }

    /** A line of our own. */
    say(text: string): void {
        this.write("system", text);
    }

    write(stream: "stdout" | "stderr" | "system", text: string): void {
        this.log.write(stream, this.#record.phase, this.#mask(text));
    }

    /** Text for people outside the log: without secrets, and of bounded length; `cut` says that there was more. */
    mask(text: string, cut = " … (see the log)"): string {
        const masked = this.#mask(text);
        return masked.length > longestSentence ? `${masked.slice(0, longestSentence)}${cut}` : masked;
    }

    /** A whole line of a log without secrets. */
    maskLine(text: string): string {
        return this.#mask(text);
    }

    /** Runs a command whose output goes to the log, unless it is captured. */
    async command(host: TargetHost, command: Command, options: Partial<RunOptions> = {}): Promise<CommandResult> {
        return host.run(command, {
            signal: this.signal,
            timeoutSeconds: 600,
            deploymentId: this.id,
            onLine: (stream, line) => {
                if (options.capture !== true || stream === "stderr") {
                    this.write(stream, line);
                }
            },
            ...options,
        });
    }

    #phasesWith(phase: DeploymentPhase): DeploymentRecord["phases"] {
        const now = this.#ports.clock.now().toISOString();
        const ended = this.#record.phases.map((entry) => ({ ...entry, endedAt: entry.endedAt ?? now }));
        return phase === "done" ? ended : [...ended, { phase, startedAt: now }];
    }

    #keep(changed: DeploymentRecord | undefined): void {
        if (changed === undefined) {
            throw new DeploymentFailure("interrupted", "The deployment was ended elsewhere.");
        }
        this.#record = changed;
        this.#ports.announce(changed);
    }
}

function failureOf(signal: AbortSignal): DeploymentFailure {
    const reason: unknown = signal.reason;
    return reason instanceof DeploymentFailure
        ? reason
        : new DeploymentFailure("interrupted", "The deployment was interrupted.", { cause: reason });
}
