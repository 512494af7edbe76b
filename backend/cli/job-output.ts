/** Writes what jobs say, one line at a time, so that jobs that run at once can be told apart. */
export interface JobOutput {
    /** A line that a job wrote. */
    line(job: string, text: string): void;
    /** What is said about a job. */
    note(job: string, text: string): void;
}

/** Beyond it, names are not padded: a long one would leave no room for the rest. */
const widestName = 30;

const colours = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];
const dim = 2;

export function createJobOutput(options: {
    readonly names: readonly string[];
    readonly coloured: boolean;
    readonly print: (line: string) => void;
}): JobOutput {
    const { names, coloured, print } = options;
    const lengths = names.map((name) => name.length).filter((length) => length <= widestName);
    const width = Math.max(0, ...lengths);
    const prefixes = new Map(
        names.map((name, index) => {
            const prefix = `${name.padEnd(width)} |`;
            return [name, coloured ? paint(prefix, colours[index % colours.length] ?? dim) : prefix];
        }),
    );
    const prefixOf = (job: string): string => prefixes.get(job) ?? `${job} |`;
    return {
        line: (job, text) => print(`${prefixOf(job)} ${shown(text, coloured)}`),
        note: (job, text) =>
            print(`${prefixOf(job)} ${coloured ? paint(shown(text, false), dim) : shown(text, false)}`),
    };
}

/** Text in a colour or style of the terminal, by its number. */
export function paint(text: string, style: number): string {
    return `\u001b[${style}m${text}\u001b[0m`;
}

const escape = "\u001b";
/** Whatever a terminal takes for a command; the text between is what is left when a line is split at it. */
const sequence = new RegExp(
    `(${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${escape}]*(?:\\u0007|${escape}\\\\)?|[@-Z\\\\^_]))`,
);
const colour = new RegExp(`^${escape}\\[[0-9;:]*m$`);
const control = /(?!\t)\p{Cc}/gu;

/** A job's colours stay where there are any; whatever else steers a terminal would tear the other jobs' lines apart. */
function shown(text: string, coloured: boolean): string {
    // Progress bars write one line over and over: the last is what would be seen.
    const last = text.split("\r").findLast((part) => part !== "") ?? "";
    const parts = last.split(sequence).map((part, index) => {
        const isSequence = index % 2 === 1;
        return isSequence ? keptSequence(part, coloured) : part.replace(control, "\uFFFD");
    });
    const line = parts.join("");
    return line.includes(escape) ? `${line}${escape}[0m` : line;
}

function keptSequence(text: string, coloured: boolean): string {
    return coloured && colour.test(text) ? text : "";
}
