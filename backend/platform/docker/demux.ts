export type OutputStream = "stdout" | "stderr";

const headerLength = 8;

/**
 * Takes the engine's multiplexed output apart: frames of an 8-byte header (stream number, three zero bytes, length
 * big-endian) and a payload, which may lie across chunks. Output of a container with a terminal is not multiplexed.
 */
export function createDemux(onOutput: (stream: OutputStream, bytes: Buffer) => void): (chunk: Buffer) => void {
    let header: Buffer = Buffer.alloc(0);
    let stream: OutputStream = "stdout";
    let left = 0;

    function takeHeader(chunk: Buffer): Buffer {
        const missing = headerLength - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        if (header.length === headerLength) {
            stream = header[0] === 2 ? "stderr" : "stdout";
            left = header.readUInt32BE(4);
            header = Buffer.alloc(0);
        }
        return chunk.subarray(missing);
    }

    function takePayload(chunk: Buffer): Buffer {
        const payload = chunk.subarray(0, left);
        left -= payload.length;
        onOutput(stream, payload);
        return chunk.subarray(payload.length);
    }

    return (chunk) => {
        let rest = chunk;
        while (rest.length > 0) {
            rest = left === 0 ? takeHeader(rest) : takePayload(rest);
        }
    };
}
