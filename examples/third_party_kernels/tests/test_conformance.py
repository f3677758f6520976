from flowstone_conformance import KernelConformance


class TestAcme(KernelConformance):
    provider = "acme"
