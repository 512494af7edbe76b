import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from "vue-router";
import Dashboard from "./pages/Dashboard.vue";
import Home from "./pages/Home.vue";

const pipelineRoutes: readonly RouteRecordRaw[] = [
    {
        path: "compose/:stackName/pipeline",
        name: "pipeline-editor",
        component: () => import("./pages/PipelineEditor.vue"),
        props: true,
    },
    { path: "pipelines/:id", name: "pipeline", component: () => import("./pages/PipelinePage.vue"), props: true },
];

/** Dockge's addresses, and the plugin's own. */
export function createPageRouter(): Router {
    return createRouter({
        history: createWebHistory(),
        scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
        routes: [
            {
                path: "/",
                component: Dashboard,
                children: [
                    { path: "", name: "home", component: Home },
                    { path: "compose", name: "new-stack", component: () => import("./pages/NewStack.vue") },
                    {
                        path: "compose/:stackName",
                        name: "stack",
                        component: () => import("./pages/Stack.vue"),
                        props: true,
                    },
                    {
                        path: "compose/:stackName/repository",
                        name: "repository",
                        component: () => import("./pages/ConnectRepository.vue"),
                        props: true,
                    },
                    {
                        path: "repositories",
                        name: "repositories",
                        component: () => import("./pages/Repositories.vue"),
                    },
                    {
                        path: "repositories/discover",
                        name: "discover",
                        component: () => import("./pages/DiscoverStacks.vue"),
                        props: ({ query }) => ({ from: typeof query["from"] === "string" ? query["from"] : "" }),
                    },
                    { path: "registries", name: "registries", component: () => import("./pages/Registries.vue") },
                    { path: "targets", name: "targets", component: () => import("./pages/Targets.vue") },
                    { path: "disk", name: "disk", component: () => import("./pages/Disk.vue") },
                    { path: "new-from-git", name: "new-from-git", component: () => import("./pages/NewFromGit.vue") },
                    ...pipelineRoutes,
                    {
                        path: "deployments/:id",
                        name: "deployment",
                        component: () => import("./pages/DeploymentPage.vue"),
                        props: true,
                    },
                ],
            },
            { path: "/setup", name: "setup", component: () => import("./pages/Setup.vue") },
            {
                path: "/:unknown(.*)*",
                component: Dashboard,
                children: [{ path: "", component: () => import("./pages/NotFound.vue") }],
            },
        ],
    });
}
