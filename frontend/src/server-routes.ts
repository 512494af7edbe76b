import type { RouteRecordRaw } from "vue-router";
import { liveRoutes } from "./live-routes.ts";
import { agentRouteName } from "./model/page-place.ts";

/** The pages that each server has. */
export const serverRoutes: readonly RouteRecordRaw[] = [
    { path: "compose", name: "new-stack", component: () => import("./pages/NewStack.vue") },
    { path: "compose/:stackName", name: "stack", component: () => import("./pages/Stack.vue"), props: true },
    {
        path: "compose/:stackName/repository",
        name: "repository",
        component: () => import("./pages/ConnectRepository.vue"),
        props: true,
    },
    {
        path: "compose/:stackName/pipeline",
        name: "pipeline-editor",
        component: () => import("./pages/PipelineEditor.vue"),
        props: true,
    },
    { path: "pipelines/:id", name: "pipeline", component: () => import("./pages/PipelinePage.vue"), props: true },
    { path: "deployments/:id", name: "deployment", component: () => import("./pages/DeploymentPage.vue"), props: true },
    { path: "repositories", name: "repositories", component: () => import("./pages/Repositories.vue") },
    {
        path: "repositories/discover",
        name: "discover",
        component: () => import("./pages/DiscoverStacks.vue"),
        props: ({ query }) => ({ from: typeof query["from"] === "string" ? query["from"] : "" }),
    },
    { path: "new-from-git", name: "new-from-git", component: () => import("./pages/NewFromGit.vue") },
    ...liveRoutes,
];

/** The same pages of servers behind this one, and those that this one has among its settings. */
export const agentRoutes: RouteRecordRaw = {
    path: "agent/:endpoint",
    component: () => import("./pages/AgentPages.vue"),
    props: true,
    children: [
        { path: "", name: agentRouteName("home"), component: () => import("./pages/AgentHome.vue") },
        ...serverRoutes.map(ofAgent),
        { path: "registries", name: agentRouteName("registries"), component: () => import("./pages/Registries.vue") },
        { path: "targets", name: agentRouteName("targets"), component: () => import("./pages/Targets.vue") },
        { path: "disk", name: agentRouteName("disk"), component: () => import("./pages/Disk.vue") },
    ],
};

function ofAgent(route: RouteRecordRaw): RouteRecordRaw {
    return { ...route, name: agentRouteName(String(route.name)) };
}

/** Dockge's addresses of what is on another server, which it names at the end. */
export const dockgeRoutes: readonly RouteRecordRaw[] = [
    {
        path: "compose/:stackName/:endpoint",
        redirect: ({ params }) => ({ name: agentRouteName("stack"), params }),
    },
    {
        path: "terminal/:stackName/:serviceName/:type/:endpoint",
        redirect: ({ params }) => ({ name: agentRouteName("terminal"), params }),
    },
    {
        path: "console/:endpoint",
        redirect: ({ params }) => ({ name: agentRouteName("console"), params }),
    },
];
