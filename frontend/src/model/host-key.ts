import { z } from "zod";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { HostKeyFingerprint, type GitRepository } from "../../../common/schema/git-repository.ts";

const HostKeyDetails = z.object({
    errorCode: z.literal("host_key_changed"),
    pinned: z.string(),
    offered: HostKeyFingerprint,
    keyType: z.string().optional(),
});

/** An SSH server that shows another key than before: both fingerprints. */
export type HostKeyChange = z.infer<typeof HostKeyDetails>;

/** What an error tells about a changed host key; undefined for any other error. */
export function hostKeyChange(details: unknown): HostKeyChange | undefined {
    return HostKeyDetails.safeParse(details).data;
}

/** Whether the newest deployment or the last poll stopped because the server showed another key. */
export function isHostKeyRefused(repository: GitRepository, latest: Deployment | undefined): boolean {
    const pinned = repository.hostKeyFingerprint;
    const byPoll = pinned !== undefined && repository.lastPollError?.includes(pinned) === true;
    return latest?.errorCode === "host_key_changed" || byPoll;
}
