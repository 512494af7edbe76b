import { z } from "zod";

/** What a new stack begins with, as one page hands it to the page of new stacks. */
export const NewStackDraft = z.object({ name: z.string(), yaml: z.string(), env: z.string() });
export type NewStackDraft = z.infer<typeof NewStackDraft>;

/** The draft in the state of the browser's history. */
export function draftIn(state: unknown): NewStackDraft | undefined {
    return z.object({ draft: NewStackDraft }).safeParse(state).data?.draft;
}
