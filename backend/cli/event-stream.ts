/** One server-sent event. */
export interface StreamEvent {
    readonly event: string;
    readonly data: string;
    readonly id: string | undefined;
}

/** The events of a `text/event-stream` body. An event that is cut off at the end is dropped. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of body) {
        const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
            const event = parseBlock(block);
            if (event !== undefined) {
                yield event;
            }
        }
    }
}

function parseBlock(block: string): StreamEvent | undefined {
    const fields = block.split("\n").map((line): readonly [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    });
    const valuesOf = (name: string): string[] => fields.filter(([field]) => field === name).map(([, value]) => value);
    const data = valuesOf("data");
    // A comment, such as a heartbeat, has no data.
    return data.length === 0
        ? undefined
        : { event: valuesOf("event").at(-1) ?? "message", data: data.join("\n"), id: valuesOf("id").at(-1) };
}
