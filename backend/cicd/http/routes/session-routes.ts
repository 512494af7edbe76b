import { z } from "zod";
import { publicRoute, type Route } from "../route.ts";

export const sessionRoutes: readonly Route[] = [
    publicRoute({
        method: "post",
        path: "/login",
        tag: "Session",
        summary: "Log in; the token goes into the Authorization header of every other call.",
        example: { username: "admin", password: "correct horse battery staple" },
        request: z.object({
            body: z.strictObject({
                username: z.string().min(1).max(255),
                password: z.string().min(1).max(1024),
                token: z.string().max(64).optional(),
            }),
        }),
        response: z.object({ ok: z.literal(true), token: z.string() }),
        handle: async ({ body }, { services, address, userAgent }) => ({
            ok: true as const,
            token: await services.login({ ...body, address, userAgent }),
        }),
    }),
];
