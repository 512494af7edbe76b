/**
 * Runs a command's main function; what it throws is told in one message, and is the command's failure.
 *
 * @param {() => Promise<void>} action
 */
export async function main(action) {
    try {
        await action();
    } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    }
}
