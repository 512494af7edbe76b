import { approveDeployment, type ApprovePorts, rejectDeployment } from "./approve-deployment.ts";
import type { CicdServicePorts } from "./cicd-services.ts";
import { previewKept, type PreviewKeptPorts } from "./preview-kept.ts";

/** What is asked and decided about deployments that wait for approval. */
export function approvalServices(ports: ApprovePorts & PreviewKeptPorts) {
    return {
        previewKept: (call) => previewKept(ports, call),
        approveDeployment: (call) => approveDeployment(ports, call),
        rejectDeployment: (call) => rejectDeployment(ports, call),
    } satisfies Partial<CicdServicePorts>;
}
