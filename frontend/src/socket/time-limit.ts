import type { EventName } from "./protocol.ts";

const ordinaryMs = 30_000;
/** Compose pulls and waits inside these; their output is live in the progress terminal. */
const composeMs = 60 * 60_000;
const remoteMs = 120_000;
/** Asked at once after connecting, and asked again when it fails. */
const greetingMs = 6000;

const limits: Partial<Record<EventName, number>> = {
    needSetup: greetingMs,
    loginByToken: greetingMs,
    subscribeStats: greetingMs,
    deployStack: composeMs,
    deleteStack: composeMs,
    startStack: composeMs,
    stopStack: composeMs,
    restartStack: composeMs,
    updateStack: composeMs,
    downStack: composeMs,
    startService: composeMs,
    stopService: composeMs,
    restartService: composeMs,
    checkImageUpdates: remoteMs,
    pruneEngine: 15 * remoteMs,
    testGitConnection: remoteMs,
    saveGitRepository: remoteMs,
    discoverRepository: remoteMs,
    connectStacks: remoteMs,
    testTarget: remoteMs,
    acceptTargetHostKey: remoteMs,
    previewDeployment: 5 * remoteMs,
    getDeploymentPreview: remoteMs,
    getPipelineFile: remoteMs,
    validatePipeline: remoteMs,
    getDiskUse: remoteMs,
    cleanUp: 15 * remoteMs,
};

/** How long to wait for the answer to an event, in milliseconds. */
export function timeLimitMs(event: EventName): number {
    return limits[event] ?? ordinaryMs;
}
