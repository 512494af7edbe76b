/** So many at a time; the others wait for their turn, first come, first served. */
export interface Turns {
    /** Whether it has become one's turn, which lasts until `end` is called, within so many seconds. */
    take(seconds: number): Promise<boolean>;
    /** Whether it is one's turn at once. */
    tryTake(): boolean;
    end(): void;
}

export function createTurns(most: number): Turns {
    const waiting = new Set<() => void>();
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
        async take(seconds) {
            if (tryTake()) {
                return true;
            }
            return new Promise<boolean>((resolve) => {
                const timer = setTimeout(() => {
                    waiting.delete(begin);
                    resolve(false);
                }, seconds * 1000);
                const begin = (): void => {
                    clearTimeout(timer);
                    resolve(true);
                };
                waiting.add(begin);
            });
        },
        end() {
            const [next] = waiting;
            if (next === undefined) {
                free += 1;
                return;
            }
            waiting.delete(next);
            next();
        },
    };
}
