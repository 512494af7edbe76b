/** Answers of a store that are kept until something is written. */
export interface Memory {
    /** What was read under this key before, else what `read` answers; `undefined` is not kept. */
    recall<T>(answers: Map<string, T>, key: string, read: () => Promise<T | undefined>): Promise<T | undefined>;
    /** Forgets everything before and after a write, so that no answer from in between is kept. */
    forgetting<T>(write: () => Promise<T>): Promise<T>;
}

/** Keeps answers in `caches`. */
export function createMemory(caches: readonly Map<string, unknown>[]): Memory {
    let writes = 0;

    function forget(): void {
        writes += 1;
        caches.forEach((answers) => answers.clear());
    }

    return {
        async recall(answers, key, read) {
            const kept = answers.get(key);
            if (kept !== undefined) {
                return kept;
            }
            const before = writes;
            const found = await read();
            if (found !== undefined && before === writes) {
                answers.set(key, found);
            }
            return found;
        },
        async forgetting(write) {
            forget();
            try {
                return await write();
            } finally {
                forget();
            }
        },
    };
}
