/** So many at a time; the others wait for their turn, first come, first served. */
export interface Turns {
    /** Resolves when it is one's turn, which lasts until `end` is called. */
    take(): Promise<void>;
    end(): void;
}

export function createTurns(most: number): Turns {
    const waiting: (() => void)[] = [];
    let free = most;
    return {
        async take() {
            if (free > 0) {
                free -= 1;
                return;
            }
            await new Promise<void>((resolve) => waiting.push(resolve));
        },
        end() {
            const next = waiting.shift();
            if (next === undefined) {
                free += 1;
            } else {
                next();
            }
        },
    };
}
