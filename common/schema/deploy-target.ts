import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

const noControl = (text: string): boolean => !/\p{Cc}/u.test(text);

const Host = z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^(\[[0-9A-Fa-f:.]+\]|[\p{L}\p{N}_.:-]+)$/u, "host: give a name or an IP address, without user and port");

const Username = z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/, "username: use letters, digits and _ . @ - only");

/** An absolute path in one notation, other than the root: folders of stacks are made in it. */
const StacksDirectory = z
    .string()
    .max(1024)
    .refine(noControl, "stacksDirectory: has control characters")
    .regex(/^(\/[^/]+)+\/?$/, "stacksDirectory: give an absolute path such as /opt/stacks")
    .refine((path) => !path.split("/").some((name) => name === "." || name === ".."), {
        message: "stacksDirectory: write the path without . and ..",
    })
    .transform((path) => path.replace(/\/$/, ""));

/** What a user gives about a machine that stacks are deployed to over SSH. */
export const DeployTargetInput = z.strictObject({
    name: z.string().trim().min(1).max(100).refine(noControl, "name: has control characters"),
    host: Host,
    port: z.int().min(1).max(65_535).default(22),
    username: Username,
    /** Left out: the stored one is kept, or a pair is made; `null`: a new pair is made. */
    privateKey: z.string().min(1).max(65_536).nullish(),
    passphrase: z.string().max(4096).optional(),
    /** Whether commands run through `sudo -n`, which must not ask for a password. */
    sudo: z.boolean().default(false),
    stacksDirectory: StacksDirectory.default("/opt/stacks"),
    allowPrivateHost: z.boolean().default(false),
});
export type DeployTargetInput = z.infer<typeof DeployTargetInput>;

/** A target as the outside sees it: no private key. */
export const DeployTarget = z.object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    port: z.int(),
    username: z.string(),
    /** To be put into the user's `authorized_keys` on the target. */
    publicKey: z.string(),
    /** `SHA256:…` of its pinned host key; missing until it was first reached. */
    hostKeyFingerprint: z.string().optional(),
    sudo: z.boolean(),
    stacksDirectory: z.string(),
    allowPrivateHost: z.boolean(),
    /** The stacks that are deployed to it. */
    stacks: z.array(z.string()),
    createdAt: Timestamp,
    updatedAt: Timestamp,
});
export type DeployTarget = z.infer<typeof DeployTarget>;

export const targetProblemCodes = [
    "docker_missing",
    "engine_denied",
    "engine_unavailable",
    "compose_missing",
    "sudo_refused",
    "program_missing",
    "directory_missing",
    "directory_not_writable",
] as const;

/** Why a target that can be logged in to cannot be deployed to; the message says what to do. */
export const TargetProblem = z.object({ code: z.enum(targetProblemCodes), message: z.string() });
export type TargetProblem = z.infer<typeof TargetProblem>;

/** What a connection test saw. `ok` means that stacks can be deployed there. */
export const TargetCheck = z.object({
    ok: z.boolean(),
    hostKeyFingerprint: z.string(),
    /** Who commands run as, `root` with sudo. */
    user: z.string(),
    engineVersion: z.string().optional(),
    composeVersion: z.string().optional(),
    /** Bytes, of the file system that holds the stacks' directory. */
    freeBytes: z.number().optional(),
    directoryWritable: z.boolean(),
    problems: z.array(TargetProblem),
});
export type TargetCheck = z.infer<typeof TargetCheck>;
