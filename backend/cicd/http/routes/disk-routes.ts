import { z } from "zod";
import { CleanUpReport, DiskUse } from "../../../../common/schema/disk.ts";
import { route, type Route } from "../route.ts";

const tag = "Server";

export const diskRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/system/disk",
        right: "read",
        tag,
        summary:
            "What releases, logs, mirrors, images … take, how full the disks of all machines are, and what the last " +
            "cleaning did. At most a minute old.",
        request: z.object({}),
        response: DiskUse,
        handle: async (_request, { services }) => services.findDiskUse(),
    }),
    route({
        method: "post",
        path: "/system/clean-up",
        right: "admin",
        tag,
        summary:
            "Clean up now, as every night: what deployments have left and nothing needs. Answers what was removed, and " +
            "what was left and why. Joins a run that is going on; goes on where the caller goes away.",
        request: z.object({}),
        response: CleanUpReport,
        handle: async (_request, { services, caller }) => services.cleanUp(caller),
    }),
];
