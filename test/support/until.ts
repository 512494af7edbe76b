/** Resolves once the condition holds; looks again whenever other work had its turn. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await condition())) {
        if (Date.now() > deadline) {
            throw new Error("it did not come to pass within 10 s");
        }
        await new Promise((resolve) => setImmediate(resolve));
    }
}
