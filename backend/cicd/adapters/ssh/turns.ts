/** So many at a time; the others wait for their turn, first come, first served. */
export interface Turns {
    /** Resolves when it is one's turn, which lasts until `end` is called. */
    take(): Promise<void>;
    /** Whether it is one's turn at once. */
    tryTake(): boolean;
    end(): void;
}

export function createTurns(most: number): Turns {
    const waiting: (() => void)[] = [];
    let free = most;
    function tryTake(): boolean {
        if (free === 0) {
            return false;
        }
        free -= 1;
        return true;
    }
    return {
        tryTake,
        async take() {
            if (tryTake()) {
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
