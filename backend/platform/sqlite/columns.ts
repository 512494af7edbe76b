import { z } from "zod";

/** A boolean, which SQLite keeps as 0 or 1. */
export const flag = z.codec(z.int(), z.boolean(), {
    decode: (number) => number !== 0,
    encode: (value) => (value ? 1 : 0),
});

const jsonText = z.codec(z.string(), z.unknown(), {
    decode: (text): unknown => JSON.parse(text),
    encode: (value) => JSON.stringify(value),
});

/** A value that is kept as JSON text. */
export function json<S extends z.ZodType>(schema: S): z.ZodPipe<typeof jsonText, S> {
    return jsonText.pipe(schema);
}

/** Whether a column's values are kept as JSON text. */
export function isJson(type: z.core.$ZodType): boolean {
    return type instanceof z.ZodPipe && type.in === jsonText;
}

/** A text that is kept encrypted. */
export function encrypted(cipher: {
    encrypt(text: string): string;
    decrypt(text: string): string;
}): z.ZodCodec<z.ZodString, z.ZodString> {
    return z.codec(z.string(), z.string(), {
        decode: (text) => cipher.decrypt(text),
        encode: (text) => cipher.encrypt(text),
    });
}
