import { z } from "zod";

/** An instant in ISO 8601, UTC, for example `2026-01-31T12:00:00.000Z`. */
export const Timestamp = z.iso.datetime();
export type Timestamp = z.infer<typeof Timestamp>;
