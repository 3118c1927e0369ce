/* MKL takes its AVX-512 path on Intel processors only; on an AMD one that has AVX-512, this answer doubles the speed of
   PyTorch's matrix products (98 -> 215 GFLOPS a core on Zen 5, training 38 -> 53 samples/s). Optional:
       cc -shared -fPIC -O1 -o onnx/runs/mkl_on_amd.so onnx/train/mkl_on_amd.c
       LD_PRELOAD=onnx/runs/mkl_on_amd.so python -m train.factor ... */
int mkl_serv_intel_cpu_true(void) { return 1; }
