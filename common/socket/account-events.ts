import { z } from "zod";
import { ServerSettings } from "../schema/server-settings.ts";
import type { LoginSession } from "../schema/login-session.ts";
import type { EventDefinition } from "./event.ts";

const password = z.string().max(1024);
const oneTimeCode = z.string().max(64);

/** Direct events for one's own account and the server's own settings; Dockge's page knows those of two-factor login. */
export const accountEvents = {
    twoFAStatus: { args: z.tuple([]), right: "read" },
    /** Makes a secret, which counts once it is confirmed. */
    prepare2FA: { args: z.tuple([password]), right: "read" },
    /** Whether a code fits the prepared secret. */
    verifyToken: { args: z.tuple([oneTimeCode, password]), right: "read" },
    /** Switches two-factor login on; a code must have been verified before. */
    save2FA: { args: z.tuple([password]), right: "read" },
    disable2FA: { args: z.tuple([password]), right: "read" },
    renewRecoveryCodes: { args: z.tuple([password]), right: "read" },
    getSessions: { args: z.tuple([]), right: "read" },
    revokeSession: { args: z.tuple([z.string().min(1).max(64)]), right: "read" },
    /** All but the caller's own. */
    revokeOtherSessions: { args: z.tuple([]), right: "read" },
    getServerSettings: { args: z.tuple([]), right: "admin" },
    /** What is left out stays. */
    saveServerSettings: { args: z.tuple([ServerSettings.partial()]), right: "admin" },
} as const satisfies Record<string, EventDefinition>;

/** What a good answer to each of them carries beside `ok: true`. */
export interface AccountAnswers {
    twoFAStatus: { readonly status: boolean; readonly recoveryCodesLeft: number };
    /** `uri`: `otpauth://…` for the QR code; `secret`: base32, to be typed. */
    prepare2FA: { readonly uri: string; readonly secret: string };
    verifyToken: { readonly valid: boolean };
    /** The codes are shown this one time. */
    save2FA: { readonly msg: string; readonly msgi18n: true; readonly recoveryCodes: readonly string[] };
    disable2FA: { readonly msg: string; readonly msgi18n: true };
    renewRecoveryCodes: { readonly recoveryCodes: readonly string[] };
    getSessions: { readonly sessions: readonly LoginSession[] };
    revokeSession: object;
    revokeOtherSessions: object;
    getServerSettings: { readonly settings: ServerSettings };
    saveServerSettings: { readonly settings: ServerSettings };
}
