import { AppError } from "../../../../common/errors.ts";

/** Bytes in the pieces that are asked for, whatever pieces they come in. */
export interface ByteReader {
    /** So many bytes. Throws AppError `invalid` where there are fewer. */
    exactly(bytes: number): Promise<Buffer>;
    /** The next bytes as they come; to be read to their end. */
    stream(bytes: number): AsyncGenerator<Buffer, void>;
    /** Whether anything follows. */
    hasMore(): Promise<boolean>;
}

export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
    const chunks = source[Symbol.asyncIterator]();
    let rest: Buffer = Buffer.alloc(0);

    async function readOn(): Promise<boolean> {
        const next = await chunks.next();
        if (next.done === true) {
            return false;
        }
        rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
        return true;
    }

    async function more(): Promise<void> {
        if (!(await readOn())) {
            throw new AppError("invalid", "the archive is cut off");
        }
    }

    function take(bytes: number): Buffer {
        const taken = rest.subarray(0, bytes);
        rest = rest.subarray(bytes);
        return taken;
    }

    return {
        async exactly(bytes) {
            while (rest.length < bytes) {
                await more();
            }
            return take(bytes);
        },
        async *stream(bytes) {
            for (let left = bytes; left > 0;) {
                if (rest.length === 0) {
                    await more();
                }
                const piece = take(left);
                left -= piece.length;
                yield piece;
            }
        },
        async hasMore() {
            while (rest.length === 0) {
                if (!(await readOn())) {
                    return false;
                }
            }
            return true;
        },
    };
}
