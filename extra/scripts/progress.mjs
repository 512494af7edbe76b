const everyOnTerminal = 1_000;
const everyInLog = 20_000;

/**
 * Says that something goes on, and for how long: on a terminal in one line that counts, else a line now and then.
 *
 * @param {string} what such as "Installing"
 * @param {NodeJS.WriteStream} output
 * @returns {(end: string) => void} ends it, with a last word
 */
export function startProgress(what, output = process.stdout) {
    const started = Date.now();
    const elapsed = () => `${String(Math.round((Date.now() - started) / 1000))} s`;
    const line = (/** @type {string} */ text) => (output.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
    output.write(line(`${what} …`));
    const timer = setInterval(
        () => output.write(line(`${what} … ${elapsed()}`)),
        output.isTTY ? everyOnTerminal : everyInLog,
    );
    return (end) => {
        clearInterval(timer);
        output.write(`${line(`${what} … ${end} (${elapsed()})`)}${output.isTTY ? "\n" : ""}`);
    };
}
