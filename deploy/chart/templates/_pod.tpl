{{- /* What the first node and the further ones share. */ -}}

{{- define "passgate.name" -}}
{{- if contains "passgate" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-passgate" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end -}}
{{- end -}}

{{- define "passgate.labels" -}}
app.kubernetes.io/name: passgate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "passgate.meta" -}}
{{ include "passgate.labels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "passgate.secretVariable" -}}
{{- if .secret.existingSecret }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret.existingSecret }}
      key: {{ .secret.key }}
{{- end }}
{{- end -}}

{{- define "passgate.pod" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
automountServiceAccountToken: false
# A node ends within 10 s of being told to; calls that come meanwhile go to others.
terminationGracePeriodSeconds: 30
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: passgate
    image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [{{ .command | quote }}]
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    env:
      - name: PASSGATE_NODE_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.name
      - name: PASSGATE_PUBLIC_URL
        value: {{ .root.Values.publicUrl | quote }}
      - name: PASSGATE_WORKERS
        value: {{ .root.Values.workers | quote }}
      - name: PASSGATE_ENVOY_THREADS
        value: {{ .root.Values.envoyThreads | quote }}
      {{- include "passgate.secretVariable" (dict "name" "PASSGATE_MASTER_KEY" "secret" .root.Values.masterKey) | nindent 6 }}
      {{- include "passgate.secretVariable" (dict "name" "PASSGATE_DATABASE_URL" "secret" .root.Values.database) | nindent 6 }}
      {{- include "passgate.secretVariable" (dict "name" "PASSGATE_VALKEY_URL" "secret" .root.Values.valkey) | nindent 6 }}
      {{- range $name, $value := .root.Values.settings }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
    ports:
      - name: http
        containerPort: 8080
    startupProbe:
      httpGet: {path: /readyz, port: http}
      periodSeconds: 2
      failureThreshold: 90
    readinessProbe:
      httpGet: {path: /readyz, port: http}
      periodSeconds: 5
      timeoutSeconds: 6
    livenessProbe:
      httpGet: {path: /healthz, port: http}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources: {{ toYaml .root.Values.resources | nindent 6 }}
    volumeMounts:
      - name: data
        mountPath: /data
      - name: tmp
        mountPath: /tmp
volumes:
  - name: tmp
    emptyDir: {}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "passgate.volumeClaim" -}}
# A node's own files: the last good state, calls that are not in the database yet, and with SQLite the database.
- metadata:
    name: data
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .Values.persistence.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .Values.persistence.size }}
{{- end -}}
