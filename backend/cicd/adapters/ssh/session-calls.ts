import type { EventEmitter } from "node:events";
import { asError } from "./failures.ts";

export interface CallsOptions {
    /** How long the other side may leave everything unanswered. */
    readonly silenceSeconds: number;
    /** Told once that the session is of no use any more. */
    readonly onOver: () => void;
}

export type Done<T> = (error: Error | null | undefined, value: T) => void;

export interface SessionCalls {
    /** Asks for something: ends with the answer, or rejects, also later, because the session is over. */
    call<T>(ask: (done: Done<T>) => void): Promise<T>;
    /** Something has come from the other side that is no answer yet. */
    heard(): void;
}

/**
 * Calls that all come to an end. The library forgets what was asked when a session ends, never answers what is asked
 * after that, and does not mind a server that has fallen silent.
 */
export function createSessionCalls(session: EventEmitter, { silenceSeconds, onOver }: CallsOptions): SessionCalls {
    const waiting = new Set<(why: Error) => void>();
    let over: Error | undefined;
    let silence: NodeJS.Timeout | undefined;

    function end(why: string): void {
        if (over !== undefined) {
            return;
        }
        const error = new Error(`the SFTP session has ended${why}`);
        over = error;
        clearTimeout(silence);
        onOver();
        waiting.forEach((reject) => reject(error));
        waiting.clear();
    }

    function begin(reject: (why: Error) => void): void {
        waiting.add(reject);
        if (waiting.size === 1) {
            silence = setTimeout(() => end(`: no answer for ${silenceSeconds} s`), silenceSeconds * 1000);
        }
    }

    function settle(reject: (why: Error) => void): void {
        waiting.delete(reject);
        if (waiting.size === 0) {
            clearTimeout(silence);
            return;
        }
        silence?.refresh();
    }

    session.once("end", () => end(""));
    session.once("close", () => end(""));
    // Stays: an error without a listener would end the program.
    session.on("error", (error: unknown) => end(`: ${asError(error).message}`));

    return {
        call<T>(ask: (done: Done<T>) => void): Promise<T> {
            return new Promise<T>((resolve, reject) => {
                if (over !== undefined) {
                    reject(over);
                    return;
                }
                begin(reject);
                try {
                    ask((error, value) => {
                        settle(reject);
                        if (error) {
                            reject(error);
                            return;
                        }
                        resolve(value);
                    });
                } catch (error) {
                    settle(reject);
                    reject(asError(error));
                }
            });
        },
        heard: () => void silence?.refresh(),
    };
}
