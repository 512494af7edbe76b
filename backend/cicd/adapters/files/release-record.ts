import { z } from "zod";
import { DeployedImage } from "../../../../common/schema/deployment.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import type { Release } from "../../core/release.ts";

const Variables = z.array(z.object({ name: z.string(), value: z.string(), secret: z.boolean() })).readonly();

const HealthCheck = z.object({
    path: z.string().optional(),
    service: z.string().optional(),
    port: z.int().optional(),
    timeoutSeconds: z.number(),
});

const onMachine = {
    images: z.array(DeployedImage).readonly(),
    serviceHashes: z.record(z.string(), z.string()).readonly(),
    services: z.array(z.object({ service: z.string(), oneShot: z.boolean(), replicas: z.int() })).optional(),
    applied: z.object({ configHashes: z.record(z.string(), z.string()), environmentHash: z.string() }).optional(),
};

const OnMachine = z.object({ ...onMachine, sentEnvironmentHash: z.string().optional() });

const Record = z.object({
    deploymentId: z.string(),
    stackId: z.string(),
    commitSha: z.string(),
    createdAt: z.string(),
    initial: z.boolean(),
    files: z.array(z.object({ path: z.string(), sha256: z.string(), executable: z.boolean() })).readonly(),
    override: z.string().optional(),
    userOverride: z.string().optional(),
    variables: z.string(),
    declaredServices: z.array(z.string()).readonly().default([]),
    healthCheck: HealthCheck,
    ...onMachine,
    machines: z.record(z.string(), OnMachine).optional(),
});

/** A release as the text of `release.json`, its variables encrypted. */
export function toRecordText(release: Release, cipher: Cipher): string {
    const variables = cipher.encrypt(JSON.stringify(release.variables));
    return `${JSON.stringify({ ...release, variables }, undefined, 2)}\n`;
}

/** The release of a `release.json`. Throws where the text does not fit, and WrongKeyError. */
export function fromRecordText(text: string, cipher: Cipher): Release {
    const record = Record.parse(JSON.parse(text));
    return { ...record, variables: Variables.parse(JSON.parse(cipher.decrypt(record.variables))) };
}

/** Whose release a `release.json` is and from when, without its key. */
export function fromRecordHead(text: string): { readonly stackId: string; readonly createdAt: string } {
    return Record.pick({ stackId: true, createdAt: true }).parse(JSON.parse(text));
}
