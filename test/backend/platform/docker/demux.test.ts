import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDemux, type OutputStream } from "../../../../backend/platform/docker/demux.ts";

const frame = fc.record({
    stream: fc.constantFrom<OutputStream>("stdout", "stderr"),
    text: fc.string({ unit: "binary-ascii", maxLength: 30 }),
});

function encode(stream: OutputStream, text: string): Buffer {
    const header = Buffer.alloc(8);
    header[0] = stream === "stdout" ? 1 : 2;
    header.writeUInt32BE(text.length, 4);
    return Buffer.concat([header, Buffer.from(text, "latin1")]);
}

describe("the engine's multiplexed output", () => {
    it("is taken apart whole, in order, however it is cut into chunks", () => {
        fc.assert(
            fc.property(fc.array(frame), fc.integer({ min: 1, max: 20 }), (frames, size) => {
                const bytes = Buffer.concat(frames.map(({ stream, text }) => encode(stream, text)));
                const seen: { stream: OutputStream; text: string }[] = [];
                const demux = createDemux((stream, part) => seen.push({ stream, text: part.toString("latin1") }));
                for (let at = 0; at < bytes.length; at += size) {
                    demux(bytes.subarray(at, at + size));
                }
                const join = (stream: OutputStream, parts: typeof seen) =>
                    parts
                        .filter((part) => part.stream === stream)
                        .map((part) => part.text)
                        .join("");
                expect(join("stdout", seen)).toBe(join("stdout", frames));
                expect(join("stderr", seen)).toBe(join("stderr", frames));
            }),
        );
    });
});
