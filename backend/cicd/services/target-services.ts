import type { DeployTarget, DeployTargetInput, TargetCheck } from "../../../common/schema/deploy-target.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import {
    acceptTargetHostKey,
    createTarget,
    deleteTarget,
    findTarget,
    listTargets,
    type TargetPorts,
    testTarget,
    updateTarget,
} from "./deploy-targets.ts";
import type { MutablePage } from "./page.ts";

export type TargetServicePorts = TargetPorts;

interface IdCall {
    readonly id: string;
    readonly signal: AbortSignal;
}

/** What both edges offer of deploy targets. Throws AppError. */
export interface TargetServices {
    listTargets(page: PageQuery): Promise<MutablePage<DeployTarget>>;
    findTarget(id: string): Promise<DeployTarget>;
    createTarget(call: { readonly input: DeployTargetInput; readonly signal: AbortSignal }): Promise<DeployTarget>;
    updateTarget(call: IdCall & { readonly input: DeployTargetInput }): Promise<DeployTarget>;
    deleteTarget(id: string): Promise<void>;
    testTarget(call: IdCall): Promise<TargetCheck>;
    acceptTargetHostKey(call: IdCall & { readonly fingerprint: string }): Promise<DeployTarget>;
}

export function targetServices(ports: TargetServicePorts): TargetServices {
    return {
        listTargets: (page) => listTargets(ports, page),
        findTarget: (id) => findTarget(ports, id),
        createTarget: (call) => createTarget(ports, call),
        updateTarget: (call) => updateTarget(ports, call),
        deleteTarget: (id) => deleteTarget(ports, id),
        testTarget: (call) => testTarget(ports, call),
        acceptTargetHostKey: (call) => acceptTargetHostKey(ports, call),
    };
}
