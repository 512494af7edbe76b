import fc from "fast-check";
import { expect, it } from "vitest";
import { createTerminalBuffer } from "../../../../backend/host/services/terminal-buffer.ts";

it("keeps the newest pieces that fit", () => {
    const buffer = createTerminalBuffer(10);
    ["12345", "67890", "abc"].forEach((text) => buffer.append(text));
    expect(buffer.text()).toBe("67890abc");
    buffer.clear();
    expect(buffer.text()).toBe("");
});

it("keeps the end of a piece that is too long by itself", () => {
    const buffer = createTerminalBuffer(4);
    buffer.append("123456");
    expect(buffer.text()).toBe("3456");
});

it("never holds much more than its limit, and always the end of what was written", () => {
    fc.assert(
        fc.property(fc.array(fc.string({ maxLength: 30 })), (texts) => {
            const buffer = createTerminalBuffer(40);
            texts.forEach((text) => buffer.append(text));
            expect(Buffer.byteLength(buffer.text())).toBeLessThanOrEqual(40);
            expect(texts.join("").endsWith(buffer.text())).toBe(true);
        }),
    );
});
