import type { Command, CommandResult, RunOptions, TargetHost } from "../../backend/cicd/core/target-host.ts";

export interface FakeTarget extends TargetHost {
    readonly commands: Command[];
    /** What a command answers; by default it goes well and says nothing. */
    answer: (command: Command, options: RunOptions) => Partial<CommandResult> | Promise<Partial<CommandResult>>;
    /** Processes that an earlier server left. */
    orphans: number;
}

const well: CommandResult = { exitCode: 0, stdout: "", stderrTail: "", timedOut: false, cancelled: false };

/** A machine that runs nothing, and remembers what it was asked to run. */
export function createFakeTarget(): FakeTarget {
    const commands: Command[] = [];
    const target: FakeTarget = {
        commands,
        orphans: 0,
        answer: () => ({}),
        async run(command, options) {
            commands.push(command);
            return { ...well, ...(await target.answer(command, options)) };
        },
        async endOrphans() {
            const ended = target.orphans;
            target.orphans = 0;
            return ended;
        },
    };
    return target;
}
