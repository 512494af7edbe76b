import { expect, it } from "vitest";
import { z } from "zod";
import { invalidInput, invalidRequest } from "../../common/invalid-input.ts";

const Schema = z.strictObject({
    url: z.string(),
    name: z.string().regex(/^a/, "name: start with a"),
    list: z.array(z.object({ size: z.int() })).default([]),
});

function messageFor(input: unknown): string {
    const result = Schema.safeParse(input);
    return result.success ? "" : invalidInput(result.error, "body").message;
}

it.each([
    [{ name: "a" }, "url: is missing; give a string"],
    [{ name: "b", url: "x" }, "name: start with a"],
    [{ name: "a", url: "x", list: [{ size: "1" }] }, "list.0.size: invalid input: expected number, received string"],
    [{ name: "a", url: "x", other: 1 }, "body: other is not known here; leave it out"],
    ["text", "body: invalid input: expected object, received string"],
])("says of %j: %s", (input, message) => {
    expect(messageFor(input)).toBe(message);
});

it("keeps all issues as details", () => {
    const { error } = Schema.safeParse({});
    expect(error && invalidInput(error).details).toMatchObject([{ field: "url" }, { field: "name" }]);
});

it("names fields of a request without the part that they are in", () => {
    const { error } = z
        .object({ body: Schema, query: z.object({ limit: z.number() }) })
        .safeParse({ body: 1, query: {} });
    expect(error && invalidRequest(error).details).toMatchObject([
        { field: "body", message: "body: invalid input: expected object, received number" },
        { field: "limit", message: "limit: is missing; give a number" },
    ]);
});
