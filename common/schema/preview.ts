import { z } from "zod";

/** What is new and what is gone, by name. */
export const NameChanges = z.object({ added: z.array(z.string()), removed: z.array(z.string()) });
export type NameChanges = z.infer<typeof NameChanges>;

/** What applying a release would do to one service, and in what it differs from the one that runs. */
export const ServiceChange = z.object({
    service: z.string(),
    action: z.enum(["create", "recreate", "start", "remove", "none"]),
    reasons: z.array(z.string()),
    image: z.string().optional(),
    /** The image that it runs now, where that is another. */
    previousImage: z.string().optional(),
    /** Names of its environment variables; never their values. */
    variables: NameChanges.extend({ changed: z.array(z.string()) }).optional(),
    /** Ports as the compose file's short form writes them: `127.0.0.1:8080:80/tcp`. */
    ports: NameChanges.optional(),
    /** Mounts in the short form: `./data:/data`, `cache:/cache:ro`. */
    mounts: NameChanges.optional(),
    /** The machine it is about, where the stack goes to several. */
    machine: z.string().optional(),
});
export type ServiceChange = z.infer<typeof ServiceChange>;

/** A machine that a release goes to: `local`, or the id of a target; and its name. */
export const PreviewMachine = z.object({ id: z.string(), name: z.string() });
export type PreviewMachine = z.infer<typeof PreviewMachine>;

/** What a deployment would change. Names of variables only, never values. */
export const Preview = z.object({
    commitSha: z.string(),
    services: z.array(ServiceChange),
    filesWritten: z.array(z.string()),
    filesRemoved: z.array(z.string()),
    filesReplaced: z.array(z.string()),
    warnings: z.array(z.string()),
    /** Those of the warnings that what runs now does not have: what the services newly take of the machine. */
    newWarnings: z.array(z.string()).optional(),
    /** Where it goes, in turn. */
    machines: z.array(PreviewMachine).optional(),
});
export type Preview = z.infer<typeof Preview>;
