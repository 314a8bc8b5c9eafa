// What a Go project does in its tests, with controller-runtime's own envtest: an environment with a definition of its own,
// a manager whose reconciler answers, a user with few rights, a second environment beside the first, and an end. Run by
// envtest.test.ts, with KUBEBUILDER_ASSETS where `pintle envtest` says; prints a line for each thing that works.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var website = schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Website"}

func definition() *apiextensionsv1.CustomResourceDefinition {
	text := apiextensionsv1.JSONSchemaProps{Type: "string"}
	number := apiextensionsv1.JSONSchemaProps{Type: "integer"}
	object := func(properties map[string]apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
		return apiextensionsv1.JSONSchemaProps{Type: "object", Properties: properties}
	}
	whole := object(map[string]apiextensionsv1.JSONSchemaProps{
		"spec":   object(map[string]apiextensionsv1.JSONSchemaProps{"title": text, "replicas": number}),
		"status": object(map[string]apiextensionsv1.JSONSchemaProps{"seen": text}),
	})
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "websites.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: website.Group,
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "websites", Singular: "website", Kind: website.Kind},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: website.Version, Served: true, Storage: true,
				Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &whole},
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			}},
		},
	}
}

func must(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
	fmt.Println(what)
}

func newWebsite(name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]interface{}{"spec": map[string]interface{}{"title": name}}}
	object.SetGroupVersionKind(website)
	object.SetNamespace("default")
	object.SetName(name)
	return object
}

// Says in the status what it saw in the spec.
type reconciler struct{ client.Client }

func (r reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(website)
	if err := r.Get(ctx, request.NamespacedName, object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	title, _, _ := unstructured.NestedString(object.Object, "spec", "title")
	if err := unstructured.SetNestedField(object.Object, title, "status", "seen"); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.Status().Update(ctx, object)
}

func manage(ctx context.Context, config *rest.Config) error {
	manager, err := ctrl.NewManager(config, ctrl.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		return err
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(website)
	if err := ctrl.NewControllerManagedBy(manager).Named("website").For(object).Complete(reconciler{manager.GetClient()}); err != nil {
		return err
	}
	go func() {
		if err := manager.Start(ctx); err != nil {
			fmt.Fprintf(os.Stderr, "the manager ended: %v\n", err)
			os.Exit(1)
		}
	}()
	return nil
}

func untilSeen(ctx context.Context, c client.Client, name string) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		object := newWebsite(name)
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		if seen, _, _ := unstructured.NestedString(object.Object, "status", "seen"); seen == name {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the reconciler has not seen %s", name)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A user of the environment's own, who may read config maps and nothing else.
func restricted(ctx context.Context, environment *envtest.Environment, admin client.Client) error {
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "reader", Namespace: "default"},
		Rules:      []rbacv1.PolicyRule{{Verbs: []string{"get", "list"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}},
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "reader", Namespace: "default"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
		Subjects:   []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "ann"}},
	}
	for _, object := range []client.Object{role, binding} {
		if err := admin.Create(ctx, object); err != nil {
			return err
		}
	}
	user, err := environment.AddUser(envtest.User{Name: "ann", Groups: []string{"readers"}}, nil)
	if err != nil {
		return err
	}
	theirs, err := client.New(user.Config(), client.Options{})
	if err != nil {
		return err
	}
	if err := theirs.List(ctx, &corev1.ConfigMapList{}, client.InNamespace("default")); err != nil {
		return err
	}
	if err := theirs.List(ctx, &corev1.SecretList{}, client.InNamespace("default")); !apierrors.IsForbidden(err) {
		return fmt.Errorf("expected a refusal, not %v", err)
	}
	return nil
}

// client-go's typed clients, in the protobuf that they are generated for.
func typed(ctx context.Context, config *rest.Config) error {
	config = rest.CopyConfig(config)
	config.ContentType = "application/vnd.kubernetes.protobuf"
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "pod-"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nginx"}}},
	}
	made, err := clients.CoreV1().Pods("default").Create(ctx, pod, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if made.Status.Phase != corev1.PodPending {
		return fmt.Errorf("a pod nobody runs is %q", made.Status.Phase)
	}
	_, err = clients.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	return err
}

func main() {
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr), zap.UseDevMode(false)))
	ctx, cancel := context.WithCancel(context.Background())
	began := time.Now()
	environment := &envtest.Environment{CRDs: []*apiextensionsv1.CustomResourceDefinition{definition()}}
	config, err := environment.Start()
	must("starts with a definition of its own", err)
	fmt.Fprintf(os.Stderr, "started in %d ms\n", time.Since(began).Milliseconds())

	admin, err := client.New(config, client.Options{})
	must("makes a client", err)
	must("runs a manager", manage(ctx, config))
	must("creates a custom object", admin.Create(ctx, newWebsite("shop")))
	must("reconciles it", untilSeen(ctx, admin, "shop"))
	must("speaks protobuf", typed(ctx, config))
	must("adds a user with few rights", restricted(ctx, environment, admin))

	another := &envtest.Environment{}
	elsewhere, err := another.Start()
	must("starts a second environment beside it", err)
	other, err := client.New(elsewhere, client.Options{})
	must("makes a client of the second", err)
	if err := other.Get(ctx, client.ObjectKey{Namespace: "default", Name: "shop"}, newWebsite("shop")); err == nil {
		must("keeps them apart", fmt.Errorf("the second environment has what is in the first"))
	}
	must("keeps them apart", nil)
	must("stops the second", another.Stop())
	cancel()
	must("stops", environment.Stop())
}
