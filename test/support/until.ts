/** Resolves once the condition holds; looks again whenever other work had its turn. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await condition())) {
        if (Date.now() > deadline) {
            throw new Error(`it did not come to pass within ${seconds} s`);
        }
        await new Promise((resolve) => setImmediate(resolve));
    }
}
