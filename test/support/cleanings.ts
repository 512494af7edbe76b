/** What is to be undone in the end. */
export interface Cleanings {
    add(clean: () => unknown): void;
    /** Undoes it, the last first: all of it, whatever fails on the way, and then says what has failed. */
    run(): Promise<void>;
}

const mostMilliseconds = 60_000;

export function createCleanings(): Cleanings {
    const cleanings: (() => unknown)[] = [];
    return {
        add: (clean) => void cleanings.push(clean),
        async run() {
            const failures: unknown[] = [];
            for (const clean of cleanings.splice(0).reverse()) {
                await within(clean).catch((error: unknown) => failures.push(error));
            }
            if (failures.length > 0) {
                throw new AggregateError(failures, `cleaning up has failed: ${failures.map(String).join("; ")}`);
            }
        },
    };
}

/** One that hangs must not keep the others from their turn. */
async function within(clean: () => unknown): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`it hangs: ${clean.toString()}`)), mostMilliseconds);
    });
    try {
        await Promise.race([clean(), late]);
    } finally {
        clearTimeout(timer);
    }
}
